// panva's oidc-provider, which nobody here wrote, as the voters' identity provider.
// Arguments: the folder with node_modules, the port, and the clients as JSON.
// Its own pages let anybody in under any name: for tests on loopback alone.
const [folder, port, clients] = process.argv.slice(2);
const { default: Provider } = await import(`${folder}/node_modules/oidc-provider/lib/index.js`);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: JSON.parse(clients),
  clientAuthMethods: ['private_key_jwt', 'client_secret_basic'],
  pkce: { required: () => true },
  cookies: { keys: ['of-a-test'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  async findAccount(_ctx, id) { return { accountId: id, async claims() { return { sub: id }; } }; },
});
provider.listen(Number(port), '127.0.0.1', () => console.log(`ready ${issuer}`));
