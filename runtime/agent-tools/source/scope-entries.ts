import { SOURCE_VARIABLES as VARIABLES } from '../../../lib/contracts/tool';
import { SettingError, type Settings } from '../server/settings';

/** A repository in scope. Its name is also its directory in the workspace. */
export type Repository = { readonly name: string } & (
  | { readonly kind: 'code-commit'; readonly url: URL }
  | { readonly kind: 'github'; readonly url: URL }
  | { readonly kind: 'bundle'; readonly bucketOwner: string; readonly bucket: string; readonly key: string }
);

/** A package registry in scope. */
export interface Registry {
  readonly domain: string;
  readonly domainOwner: string;
  readonly repository: string;
  readonly format: 'npm' | 'pypi';
}

/** One part of a path that can be neither `.` nor `..` nor an option. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
const GITHUB_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** The repositories that the construct named, see `SOURCE_VARIABLES` for the form. */
export function repositoriesInScope(settings: Settings): readonly Repository[] {
  const entries = settings.list(VARIABLES.repositories);
  const codeCommit = baseUrl(
    VARIABLES.codeCommitUrl,
    `https://git-codecommit.${settings.text('AWS_REGION')}.amazonaws.com`,
  );
  const gitHub = baseUrl(VARIABLES.gitHubUrl, 'https://github.com');
  return entries.map((entry): Repository => {
    const [kind, name = '', ...rest] = entry.split('/');
    if (!NAME.test(name)) throw malformed();
    if (kind === 'code-commit' && rest.length === 0) {
      return { kind, name, url: new URL(`/v1/repos/${name}`, codeCommit) };
    }
    if (kind === 'github' && rest.length === 1 && GITHUB_NAME.test(rest[0])) {
      return { kind, name: `${name}/${rest[0]}`, url: new URL(`/${name}/${rest[0]}.git`, gitHub) };
    }
    const [bucketOwner, bucket, ...key] = rest;
    if (kind === 'bundle' && key.length > 0) return { kind, name, bucketOwner, bucket, key: key.join('/') };
    throw malformed();
  });
}

/** The registries that the construct named. */
export function registriesInScope(settings: Settings): readonly Registry[] {
  return settings.list(VARIABLES.registries).map((entry) => {
    const [kind, domain, domainOwner, repository, format, ...rest] = entry.split('/');
    const known = format === 'npm' || format === 'pypi' ? format : undefined;
    if (kind !== 'code-artifact' || !domain || !domainOwner || !repository || !known || rest.length > 0) {
      throw new SettingError(VARIABLES.registries, 'code-artifact/DOMAIN/OWNER/REPOSITORY/FORMAT each');
    }
    return { domain, domainOwner, repository, format: known };
  });
}

const malformed = () =>
  new SettingError(
    VARIABLES.repositories,
    'code-commit/NAME, bundle/NAME/ACCOUNT/BUCKET/KEY or github/OWNER/NAME each',
  );

/** The address of a code host. HTTP is allowed only on this machine, for local runs. */
function baseUrl(variable: string, usual: string): URL {
  const given = process.env[variable];
  const url = URL.canParse(given ?? usual) ? new URL(given ?? usual) : undefined;
  const loopback = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!url || url.username !== '' || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))) {
    throw new SettingError(variable, 'an https URL, or an http URL of this machine');
  }
  return url;
}
