/**
 * Wait, but no longer than until the network is back.
 * @param {number} time milliseconds
 */
export const sleep = (time) => new Promise((resolve) => {
  const wake = () => {
    clearTimeout(timer);
    removeEventListener('online', wake);
    resolve(null);
  };
  const timer = setTimeout(wake, time);
  addEventListener('online', wake);
});
