import { createHash, createHmac } from 'node:crypto';

/** Credentials of a role, as the AWS SDK finds them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface GitCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * User name and password of a role for CodeCommit over HTTPS: a signature of the repository's address with the
 * credentials of the role. AWS doesn't document how long a signature is valid, so create one for every use.
 *
 * The form is that of AWS's own git remote helper (github.com/aws/git-remote-codecommit): SigV4 with the method `GIT`, an
 * empty payload that is not hashed, and a time without zone in what is signed.
 */
export function codeCommitCredentials(
  role: AwsCredentials,
  region: string,
  repository: URL,
  now = new Date(),
): GitCredentials {
  const time = now.toISOString().replace(/[-:]|\.\d+Z$/g, '');
  const scope = [time.slice(0, 8), region, 'codecommit', 'aws4_request'];
  const request = `GIT\n${repository.pathname}\n\nhost:${repository.host}\n\nhost\n`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), createHash('sha256').update(request).digest('hex')];
  const key = scope.reduce((secret: string | Buffer, part) => hmac(secret, part), `AWS4${role.secretAccessKey}`);
  return {
    username: role.sessionToken ? `${role.accessKeyId}%${role.sessionToken}` : role.accessKeyId,
    password: `${time}Z${hmac(key, toSign.join('\n')).toString('hex')}`,
  };
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
