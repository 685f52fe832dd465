// A small provider of OpenID Connect, on another site than the relay: a page with one button, and a signed token.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { freePort } from './process.mjs';

export const CLIENT = 'gcc-relay-of-the-browser';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts it; gives its address and how to stop it. */
export async function startProvider(subject) {
  const port = await freePort();
  // `localhost` is another site than 127.0.0.1, where the relay is
  const url = `http://localhost:${port}`;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map();
  const answers = {
    '/.well-known/openid-configuration': () => ({
      issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`, jwks_uri: `${url}/keys`,
      response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
    }),
    '/keys': () => ({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig', alg: 'RS256' }] }),
    '/token': (asked) => {
      const given = codes.get(asked.get('code'));
      codes.delete(asked.get('code'));
      const challenge = createHash('sha256').update(asked.get('code_verifier') ?? '').digest('base64url');
      if (given?.code_challenge !== challenge) return { error: 'invalid_grant' };
      const iat = Math.floor(Date.now() / 1000);
      const claims = { iss: url, sub: subject, aud: CLIENT, nonce: given.nonce, iat, exp: iat + 60 };
      const signed = `${part({ alg: 'RS256', kid: '1' })}.${part(claims)}`;
      const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
      return { access_token: 'unused', token_type: 'Bearer', id_token: `${signed}.${signature}` };
    },
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    if (pathname === '/authorize') {
      const code = randomBytes(16).toString('hex');
      codes.set(code, Object.fromEntries(searchParams));
      const back = new URL(searchParams.get('redirect_uri'));
      back.search = new URLSearchParams({ code, state: searchParams.get('state') });
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>provider</title><a href="${back.href.replaceAll('&', '&amp;')}">It is me</a>`);
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = answers[pathname]?.(new URLSearchParams(body));
    response.writeHead(!answer ? 404 : answer.error ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise((ready) => { server.listen(port, 'localhost', ready); });
  return { url, stop: () => new Promise((stopped) => { server.closeAllConnections(); server.close(stopped); }) };
}
