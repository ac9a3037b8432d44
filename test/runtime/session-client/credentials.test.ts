import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environmentCredentials } from '../../../runtime/session-client';
import { defaultCredentialChain } from '../../../runtime/session-client/credential-chain';
import { warnAboutBearerTokens } from '../../../runtime/session-client/credentials';

describe('the environment', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  test.each([
    [keys, { accessKeyId: 'a', secretAccessKey: 'b' }],
    [
      { ...keys, AWS_SESSION_TOKEN: 'c' },
      { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
    ],
    [
      { ...keys, AWS_SESSION_TOKEN: '' },
      { accessKeyId: 'a', secretAccessKey: 'b' },
    ],
  ])('%j holds credentials', async (environment, credentials) => {
    expect(await environmentCredentials(environment)()).toStrictEqual(credentials);
  });

  test.each([{}, { ...keys, AWS_ACCESS_KEY_ID: '' }, { AWS_ACCESS_KEY_ID: 'a' }, { AWS_SECRET_ACCESS_KEY: 'b' }])(
    '%j holds none',
    async (environment) => {
      await expect(environmentCredentials(environment)()).rejects.toMatchObject({ name: 'CredentialsError' });
    },
  );

  test('is read again for each request, so that rotated credentials are used', async () => {
    const environment: Record<string, string> = { ...keys };
    const credentials = environmentCredentials(environment);
    environment['AWS_ACCESS_KEY_ID'] = 'rotated';
    expect(await credentials()).toMatchObject({ accessKeyId: 'rotated' });
  });

  test('with bearer tokens is warned about, by name', () => {
    const warn = jest.fn();
    const logger = { debug: () => undefined, warn };
    warnAboutBearerTokens(logger, { AWS_BEARER_TOKEN_BEDROCK: '', OPENAI_API_KEY: undefined });
    expect(warn).not.toHaveBeenCalled();
    warnAboutBearerTokens(logger, { OPENAI_API_KEY: 'SECRET' });
    expect(warn.mock.calls).toEqual([[expect.any(String), { variables: 'OPENAI_API_KEY' }]]);
  });
});

describe('the credential chain of the operator CLI', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'credential-chain-'));
  const file = path.join(directory, 'credentials');
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const before = { ...process.env };
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_CONFIG_FILE: path.join(directory, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });
  afterEach(() => {
    process.env = { ...before };
  });

  test('resolves temporary credentials', async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' });
    expect(await defaultCredentialChain()()).toMatchObject({
      accessKeyId: 'a',
      secretAccessKey: 'b',
      sessionToken: 'c',
    });
  });

  test('reads the profile that is named', async () => {
    writeFileSync(file, '[other]\naws_access_key_id = o\naws_secret_access_key = p\n');
    expect(await defaultCredentialChain({ profile: 'other' })()).toMatchObject({ accessKeyId: 'o' });
  });

  test('says what to do when there are none', async () => {
    rmSync(file, { force: true });
    const error: unknown = await defaultCredentialChain()().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'CredentialsError', message: expect.stringContaining('aws sso login') });
    expect((error as Error).cause).toBeUndefined();
  });
});
