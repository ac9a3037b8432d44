/** The credentials of this process. They must never be in an output. */
interface RoleCredentials {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

const VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

/** A shorter value isn't a credential, and would match ordinary text. */
const SHORTEST = 8;

const values = new Set<string>();

/**
 * Remembers credentials that came from the metadata service or a container URL, which are in no variable. Earlier ones
 * stay: they may be valid for hours after a rotation.
 */
export function rememberOwnCredentials({ accessKeyId, secretAccessKey, sessionToken }: RoleCredentials): void {
  for (const value of [accessKeyId, secretAccessKey, sessionToken]) if (value) values.add(value);
}

/** Every spelling of the credentials that is searched for: as they are, and as base64, hexadecimal and in an address. */
export function ownCredentialSpellings(): string[] {
  const all = [...VARIABLES.map((name) => process.env[name] ?? ''), ...values];
  return [...new Set(all.filter((value) => value.length >= SHORTEST).flatMap(spellings))].sort(
    (one, other) => other.length - one.length,
  );
}

function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  // The bytes before a value inside base64 shift it by 0, 1 or 2 bytes. The characters at both ends depend on adjacent
  // bytes and are omitted.
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(shift === 0 ? 0 : shift + 1, text.length - 1);
  });
  const hex = bytes.toString('hex');
  return [
    value,
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
    [...value].reverse().join(''),
  ];
}
