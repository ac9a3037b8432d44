import type { Agent } from '../model/agents';
import type { Resource } from '../model/assembly';
import { literalOf, textOf } from '../model/compose-text';
import { ownAccounts } from '../model/own-accounts';
import { printed } from '../model/printed-text';
import type { Case, Text } from '../model/text';
import { identities } from '../model/identities';
import { admitted } from '../policy/admitted';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { placeAt } from './setting';

/** The code that was reviewed is the code that runs. */
export const MA_IMG1 = rule({
  id: 'MA-IMG1',
  family: 'image',
  severity: 'error',
  subject: 'Runtime',
  what: 'The image is in a registry of this account and pinned by digest or by a tag that can’t move; its repository scans on push and isn’t public.',
  why: 'If a tag moves, unreviewed code runs under the role of the agent without a deployment.',
  fix: 'Use AgentImage, pin the image by digest, or make the tags of the repository immutable and scan on push. Declare a registry of another account with Declaration.unreadable',
  page: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html',
  controls: { nist: ['CM-2', 'CM-14', 'RA-5', 'SI-7'], iso: ['A.8.9', 'A.8.19', 'A.8.28'], soc2: ['CC7.1', 'CC8.1'] },
  *check(context) {
    const repositories = new Map<Resource, { isByTag: boolean }>();
    for (const agent of context.agents) {
      const uris = agent.runtime.properties.at(...agent.kind.image).flatMap((node) => node.texts());
      for (const uri of uris) {
        yield* judgeImage(context, agent, uri, repositories);
      }
      if (uris.length === 0) {
        yield* judgeArchive(context, agent);
      }
    }
    for (const [repository, { isByTag }] of repositories) {
      yield* judgeRepository(context, repository, isByTag);
    }
  },
});

function* judgeImage(
  context: RuleContext,
  { runtime, kind }: Agent,
  { value, guard }: Case<Text>,
  repositories: Map<Resource, { isByTag: boolean }>,
): Iterable<Finding> {
  const { model, declared, unread } = context;
  const find = (says: string): Finding => ({
    at: placeAt(runtime, kind.image[0]),
    when: guard.and(runtime.guard),
    says,
  });
  const [sole] = value;
  if (value.length === 1 && typeof sole === 'object' && sole.kind !== 'reference' && sole.unreadable) {
    unread(runtime.id, runtime, value);
    return;
  }
  const repository = model.mentioned(value).find(({ type }) => type === 'AWS::ECR::Repository');
  const known = (repository && repositories.get(repository)) ?? { isByTag: false };
  if (repository) {
    repositories.set(repository, known);
  }
  const written = withHoles(value);
  if (/^public\.ecr\.aws\//.test(written)) {
    yield find('The image comes from a public registry');
    return;
  }
  const host = hostOf(value);
  const owner = repository ? 'own' : host === undefined ? 'unknown' : ownAccounts(model).ofAccount(host.account);
  if (owner !== 'own' && owner !== 'unread' && !declared.outside(value) && !(host && declared.outside(host.account))) {
    yield find(
      owner === 'foreign'
        ? `The image comes from a registry of another account (${printed(host!.account)})`
        : 'The image comes from a registry that isn’t one of Amazon ECR in this account',
    );
  }
  host?.account.forEach((part) => typeof part === 'object' && unread(runtime.id, runtime, part));
  const isPinned =
    isDigest(value) ||
    isContentTag(written) ||
    (repository !== undefined && hasTag(written) && isImmutable(repository));
  if (!isPinned) {
    known.isByTag = true;
    yield find(
      /@sha256:/.test(written)
        ? 'The digest of the image is decided at deployment'
        : 'The image is named by a tag that can move',
    );
  }
}

/** A text with one character for each hole, because values of holes may contain colons. */
const withHoles = (text: Text): string => text.map((part) => (typeof part === 'string' ? part : '\u0000')).join('');

/**
 * A private registry of Amazon ECR, which begins with its account: `111122223333.dkr.ecr.us-east-1.amazonaws.com`.
 * https://docs.aws.amazon.com/general/latest/gr/ecr.html
 */
const REGISTRY =
  /^(?:\d{12}|\u0000)\.dkr[.-]ecr(?:-fips)?\.[a-z0-9\u0000-]+\.(?:amazonaws\.com|amazonaws\.com\.cn|on\.aws)\//;

/** The account of a private registry. Whoever has the host `111122223333.dkr.ecr.example.com` chooses its images. */
function hostOf(uri: Text): { readonly account: Text } | undefined {
  if (!REGISTRY.test(withHoles(uri))) {
    return undefined;
  }
  const [first] = uri;
  return { account: typeof first === 'string' ? textOf(first.slice(0, 12)) : [first] };
}

/** Whether a URI ends with a digest, written in the template or returned by a resource. */
function isDigest(uri: Text): boolean {
  const last = uri[uri.length - 1];
  if (typeof last === 'string') {
    return /@sha256:[0-9a-f]{64}$/.test(last);
  }
  const before = uri[uri.length - 2];
  return last?.kind === 'reference' && typeof before === 'string' && /@(?:sha256:)?$/.test(before);
}

/** The tag of an asset of the CDK: the hash of what it was built from, in a repository with immutable tags. */
const isContentTag = (uri: string): boolean => /\/cdk-[a-z0-9]+-container-assets-[^:@]*:[0-9a-f]{64}$/.test(uri);

const hasTag = (uri: string): boolean => /:[^/:@]+$/.test(uri) && !uri.endsWith(':latest');

function isImmutable({ properties }: Resource): boolean {
  const modes = properties.at('ImageTagMutability').flatMap((node) => node.texts());
  return modes.length > 0 && modes.every(({ value }) => literalOf(value) === 'IMMUTABLE');
}

function* judgeRepository({ model }: RuleContext, repository: Resource, isByTag: boolean): Iterable<Finding> {
  const scans = repository.properties.at('ImageScanningConfiguration', 'ScanOnPush').flatMap((node) => node.texts());
  if (scans.length === 0 || scans.some(({ value }) => literalOf(value)?.toLowerCase() !== 'true')) {
    const at = placeAt(repository, 'ImageScanningConfiguration');
    yield { at, says: 'The repository of the image does not scan on push' };
  }
  // An image that is named by a tag is reported itself.
  if (!isByTag && !isImmutable(repository)) {
    const at = placeAt(repository, 'ImageTagMutability');
    yield { at, says: 'The tags of the repository of the image can move' };
  }
  const statements = identities(model)
    .policiesOf(repository)
    .flatMap((policy) => policy.statements);
  for (const statement of statements) {
    if (admitted(model, statement).some(({ who }) => who === 'everybody')) {
      yield { at: statement, when: statement.guard, says: 'The repository of the image is public' };
    }
  }
}

/** An object version, or a key that is the hash of its content. */
function* judgeArchive({ unread }: RuleContext, { runtime, kind }: Agent): Iterable<Finding> {
  const { codeArchive } = kind;
  const at = (property: string) =>
    codeArchive ? runtime.properties.at(...codeArchive, property).flatMap((node) => node.texts()) : [];
  const [versions, keys] = [at('VersionId'), at('Prefix')];
  const isFixed =
    versions.length > 0 ||
    (keys.length > 0 && keys.every(({ value }) => /(?:^|\/|\u0000)[0-9a-f]{64}\.zip$/.test(withHoles(value))));
  versions.forEach(({ value }) => unread(runtime.id, runtime, value));
  if (!isFixed) {
    yield { at: placeAt(runtime, kind.image[0]), says: 'The code archive of the Runtime can be replaced in place' };
  }
}
