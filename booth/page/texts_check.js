/** Words of the check on a second device, in both languages. */

import { speakBy } from './texts.js';

const RU = {
  bare_title: 'Проверка устройства',
  bare: 'Эта страница проверяет, честно ли другой телефон или компьютер зашифровал голос. На нём нажмите «Сначала проверить устройство» и наведите камеру этого телефона на рисунок.',
  bad_link: 'Эта ссылка не из кабины для голосования. Наведите камеру на рисунок ещё раз.',
  number_title: 'Проверка: шаг 1 из 2',
  number_compare: 'Этот телефон запомнил код бюллетеня. Сам код сравнивать не нужно.',
  number_next: 'На первом устройстве нажмите «Готово, показать, что внутри» и наведите камеру этого телефона на новый рисунок.',
  name_title: 'Проверка: шаг 2 из 2',
  name_lead: 'Внутри этого бюллетеня записано:',
  name_unseen: 'Первый рисунок на этом телефоне не открывали. Сравните код ниже с тем, который был на первом устройстве раньше. Если вы его не помните, начните проверку сначала.',
  name_ask: 'Вы выбрали именно это?',
  name_right: 'Да, это мой выбор',
  name_wrong: 'Нет, я выбирал другое',
  done_title: 'Устройство зашифровало верно',
  done: 'Проверенный бюллетень никогда не попадёт в урну.',
  done_next: 'Вернитесь к первому устройству и заполните новый бюллетень. Проверять можно сколько угодно раз.',
  mismatch_title: 'Не сходится',
  mismatch_code: 'В бюллетене записано не то, что сказало первое устройство.',
  mismatch_name: 'Вы говорите, что выбирали другое.',
  mismatch_slip: 'Может быть, отмечена соседняя строка. Этот бюллетень всё равно не засчитывается: выберите на первом устройстве заново и проверьте ещё раз.',
  mismatch_next: 'Если не сойдётся снова, не голосуйте с того устройства: продолжите на другом телефоне или компьютере по двенадцати словам и позвоните на линию поддержки. Проверка не отнимает права голоса.',
  mismatch_file: 'Сохраните файл для наблюдателей и покажите им оба устройства. Вашего имени в файле нет. Один файл ещё ничего не доказывает: его никто не подписал.',
  mismatch_save: 'Сохранить файл для наблюдателей',
};

/** @type {Record<keyof typeof RU, string>} */
const EN = {
  bare_title: 'Check a device',
  bare: 'This page checks whether another phone or computer has encrypted a vote honestly. On that one press “Check the device first”, and point the camera of this phone at the picture.',
  bad_link: 'This link is not from a voting booth. Point the camera at the picture again.',
  number_title: 'Check: step 1 of 2',
  number_compare: 'This phone remembers the code of the ballot. You need not compare the code yourself.',
  number_next: 'On the first device press “Done, show what is inside”, and point the camera of this phone at the new picture.',
  name_title: 'Check: step 2 of 2',
  name_lead: 'Inside this ballot is written:',
  name_unseen: 'The first picture was not opened on this phone. Compare the code below with the one that was on the first device before. If you do not remember it, begin the check anew.',
  name_ask: 'Is this what you chose?',
  name_right: 'Yes, that is my choice',
  name_wrong: 'No, I chose something else',
  done_title: 'The device encrypted it rightly',
  done: 'The ballot that was checked will never come into the box.',
  done_next: 'Return to the first device and fill in a new ballot. You may check as often as you like.',
  mismatch_title: 'It does not agree',
  mismatch_code: 'In the ballot is not what the first device said.',
  mismatch_name: 'You say that you chose something else.',
  mismatch_slip: 'Perhaps the line beside it was marked. This ballot does not count in any case: choose again on the first device, and check once more.',
  mismatch_next: 'If it does not agree again, do not vote with that device: go on with another phone or computer and your twelve words, and call the support line. A check does not use up your right to vote.',
  mismatch_file: 'Save the file for the observers, and show them both devices. Your name is not in it. The file alone proves nothing yet: nobody signed it.',
  mismatch_save: 'Save the file for the observers',
};

export const textOf = speakBy(RU, EN);
