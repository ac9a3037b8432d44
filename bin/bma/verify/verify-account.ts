import type { Resource } from '../../../analysis/model/assembly';
import { type Account, type AccountReader, type Comparison, difference } from './comparison';
import type { DeployedAssembly } from './deployed-assembly';
import { TRAIL_READER } from './read-audit';
import { GUARDRAIL_READER } from './read-guardrail';
import { MANAGED_POLICY_READER, ROLE_READER } from './read-identity';
import { ENDPOINT_READER, SECURITY_GROUP_READER, SUBNET_READER, VPC_READER } from './read-network';
import { RESOURCE_POLICY_READER, RUNTIME_READER } from './read-runtime';
import { BUCKET_READER, KEY_READER, QUEUE_READER, TOPIC_READER } from './read-stores';

/** The comparisons, in the order of the report. */
export const READERS: readonly AccountReader[] = [
  ROLE_READER,
  MANAGED_POLICY_READER,
  RUNTIME_READER,
  RESOURCE_POLICY_READER,
  KEY_READER,
  BUCKET_READER,
  QUEUE_READER,
  TOPIC_READER,
  ENDPOINT_READER,
  SECURITY_GROUP_READER,
  SUBNET_READER,
  VPC_READER,
  TRAIL_READER,
  GUARDRAIL_READER,
];

/** A difference between the template and the account. */
export interface Drift extends Subject {
  readonly diff: string;
}

/** A part that can't be compared, and why. */
export interface Unjudged extends Subject {
  readonly why: string;
}

interface Subject {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly what: string;
}

/** The result of comparing an account with an assembly. */
export interface AccountComparison {
  /** Parts that were compared. */
  readonly compared: number;
  readonly drifts: readonly Drift[];
  readonly unjudged: readonly Unjudged[];
  /** Types of the assembly that no reader compares, with their number of resources. */
  readonly notCompared: Readonly<Record<string, number>>;
  /** Policies that differ, for Access Analyzer. */
  readonly differing: readonly Comparison[];
}

/** Number of resources that are read at the same time. */
const AT_ONCE = 8;

/** Compares every resource with a reader. Only reads. */
export async function compareAccount(
  deployed: DeployedAssembly,
  clients: Account['clients'],
): Promise<AccountComparison> {
  const account: Account = { ...deployed, clients, physicalId: (resource) => deployed.physicalId(resource) };
  const work = READERS.flatMap((reader) =>
    deployed.model.ofType(...reader.types).map((resource) => ({ reader, resource })),
  );
  const results: { comparisons: Comparison[]; unjudged: Unjudged[]; drifts: Drift[] }[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < work.length) {
        const index = next++;
        results[index] = await compared(work[index].reader, work[index].resource, account);
      }
    }),
  );
  const comparisons = results.flatMap((each) => each.comparisons);
  const differing = comparisons.filter((each) => difference(each) !== undefined);
  const known = new Set(READERS.flatMap(({ types, alongside = [] }) => [...types, ...alongside]));
  const others = deployed.model.resources.filter(({ type }) => !known.has(type)).map(({ type }) => type);
  return {
    compared: comparisons.length,
    drifts: [
      ...results.flatMap((each) => each.drifts),
      ...differing.map((each) => ({ ...subject(each.resource, each.what), diff: difference(each)! })),
    ],
    unjudged: results.flatMap((each) => each.unjudged),
    notCompared: Object.fromEntries(
      [...new Set(others)].sort().map((type) => [type, others.filter((each) => each === type).length]),
    ),
    differing,
  };
}

async function compared(reader: AccountReader, resource: Resource, account: Account) {
  const nothing = { comparisons: [], unjudged: [], drifts: [] };
  if (account.physicalId(resource) === undefined) {
    return { ...nothing, drifts: [{ ...subject(resource, 'resource'), diff: 'The stack has no such resource.\n' }] };
  }
  try {
    return { ...nothing, comparisons: await reader.read(resource, account) };
  } catch (problem) {
    const { name, message } = problem as Error;
    if (GONE.test(name)) {
      return {
        ...nothing,
        drifts: [{ ...subject(resource, 'resource'), diff: `The account has no such resource: ${name}\n` }],
      };
    }
    return { ...nothing, unjudged: [{ ...subject(resource, 'resource'), why: `${name}: ${message}` }] };
  }
}

/** Names of errors for a missing resource. */
const GONE =
  /^(?:NoSuchEntity(?:Exception)?|NoSuchBucket|NotFound(?:Exception)?|ResourceNotFoundException|TrailNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|Invalid\w+(?:Id|ID)\.NotFound)$/;

function subject(resource: Resource, what: string): Subject {
  return { stack: resource.stack.id, logicalId: resource.logicalId, type: resource.type, what };
}
