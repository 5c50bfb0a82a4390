// An OpenID Connect provider on a loopback port: `node provider.mjs CALLBACK`. It prints its issuer.
// Whoever signs in under a name is that person; those whose name begins with "op" are in group ops.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [callback] = process.argv.slice(2);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "scope", client_secret: "open:sesame", redirect_uris: [callback] }],
    claims: { openid: ["sub"], profile: ["preferred_username"], groups: ["groups"] },
    scopes: ["openid", "profile", "groups"],
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: `sub-${id}`,
        preferred_username: id,
        groups: id.startsWith("op") ? ["ops"] : [],
      }),
    }),
  });
  server.on("request", provider.callback());
  console.log(`issuer ${issuer}`);
});
