/** `bma-local --message`: one turn of an agent of a cloud assembly, from its published session definition to its answer. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SessionClient } from '../../runtime/session-client/client';
import { ServiceError } from '../../runtime/session-client/errors';
import { runTurn, type TurnOutcome } from '../../runtime/session-client/run-turn';
import { findCodexBinary } from '../compute/codex-binary';
import { Deployment } from '../cloud/deployment';
import { AccountPolicies } from '../iam/account-policies';
import { deployed } from '../iam/deployed-templates';
import type { LocalServiceOptions } from '../options';
import { startLocalService, type LocalService } from '../service';
import { callingRoles, type CallingRoles } from './calling-roles';
import { printable } from './printable-text';
import { publishedAgent } from './published-agents';
import { transcriptLines } from './transcript';

export interface MessageOptions {
  readonly service: LocalServiceOptions & { readonly template: string };
  readonly text: string;
  /** @default the only agent of the template */
  readonly agent?: string;
  /** Gets each line of the output. */
  readonly print: (line: string) => void;
}

const same = (text: string) => text;
const PLAIN = { title: same, good: same, name: same, faint: same, bad: same };

/** The image of this package, next to the bundled program. In the sources, the option names it. */
const IMAGE = path.join(__dirname, '../image');
const BUNDLED_IMAGE: Readonly<Record<string, string>> = existsSync(IMAGE) ? { '/opt/agent': IMAGE } : {};

/**
 * Creates a session with the definition that the template publishes, sends it the message, follows the turn and prints
 * it. Each call is signed by a role of the template that may make it.
 *
 * @returns whether the turn completed
 * @throws OptionError when the template has no such agent, or no role that may run its turns
 */
export async function runMessage({ service: options, text, agent: wanted, print }: MessageOptions): Promise<boolean> {
  const { region = 'us-east-1', accountId = '111122223333', template } = options;
  const place = { accountId, region, partition: 'aws' };
  const deployment = new Deployment(template, place, options.stacks, deployed(template, place, options.stacks));
  const policies = new AccountPolicies(deployment.model, place);
  const { name, definition } = publishedAgent(deployment, wanted);
  const roles = callingRoles(policies, definition.role_arn);
  // Before a turn that would fail without it.
  const codexBinary = findCodexBinary(options.codexBinary);
  const service = await startLocalService({
    ...options,
    codexBinary,
    policies,
    models: options.models ?? [definition.agent.model],
    caller: roles.create,
    imagePaths: { ...BUNDLED_IMAGE, ...options.imagePaths },
  });
  try {
    print(`Agent ${name}, ${definition.agent.model}`);
    const { id } = await clientAs(roles.create, service).create(definition);
    const outcome = await runTurn(clientOf(roles, service), id, text);
    for (const line of outcome.items.flatMap((item) => transcriptLines(item, PLAIN))) print(printable(line));
    print(printable(endOf(outcome)));
    return outcome.state === 'completed';
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const denied = service.policies?.denials.map(({ action, decision }) => `${action}: ${decision.reason}`) ?? [];
    print(printable(['Turn not run', error.message, ...denied].join(': ')));
    return false;
  } finally {
    await service.close();
  }
}

function clientAs(role: string, service: LocalService): SessionClient {
  const credentials = service.credentialsFor(role);
  const { region, url: endpoint } = service;
  return new SessionClient({ region, endpoint, credentials: () => Promise.resolve(credentials), environment: {} });
}

/** Reads with one role and sends with another, as the functions of a workflow do. */
function clientOf({ submit, follow }: CallingRoles, service: LocalService): SessionClient {
  const client = clientAs(follow, service);
  const sender = clientAs(submit, service);
  client.submit = (...message) => sender.submit(...message);
  return client;
}

function endOf({ state, turn }: TurnOutcome): string {
  const { code, message } = turn?.error ?? {};
  return `Turn ${state}${code === undefined ? '' : `: ${code}: ${message ?? ''}`}`;
}
