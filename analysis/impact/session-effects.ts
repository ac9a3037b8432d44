import { SESSION_BINDING } from '../../lib/contracts/session-binding';
import { computeKindOf } from '../../lib/facts/compute-kinds';
import { at } from '../model/json';
import type { Effect } from './effect';
import { namesOneOf, type ResourceChange } from './resource-changes';
import { ends, isOrMayBe, type Scene } from './scene';

/**
 * Effects on sessions. Every update of a Runtime's version deletes session storage
 * (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-persistent-filesystems.html). A session is resumed
 * while its published definition is the same (`bindingSha256` in the ledger of turns) and the ledger knows it.
 */
export function sessionEffects(scene: Scene): Effect[] {
  return scene.changes.flatMap((change) => [
    ...ofRuntime(change),
    ...ofDefinition(change),
    ...ofLedger(scene, change),
    ...ofMachine(change),
  ]);
}

function ofRuntime(change: ResourceChange): Effect[] {
  if (!computeKindOf(change.type) || change.action === 'add') return [];
  const subject = change.path;
  if (ends(change)) {
    return [
      {
        level: 'loses',
        kind: 'session-storage-wiped',
        subject,
        says: `The Runtime ${isOrMayBe(change, change.action === 'remove' ? 'deleted' : 'replaced')}: the files of all its sessions are lost`,
        names: [],
      },
      {
        level: 'loses',
        kind: 'sessions-not-resumed',
        subject,
        says: 'Open sessions name the old Runtime and are not resumed; the next turn of a conversation starts a new session',
        names: [],
        fix: 'deploy when no turn is running or waits for an approval',
      },
    ];
  }
  if (change.properties.every((name) => name === 'Tags')) {
    return [
      {
        level: 'unknown',
        kind: 'session-storage-wiped',
        subject,
        says: 'Only tags of the Runtime change. Whether that makes a new version, which wipes session storage, is not documented',
        names: [],
      },
    ];
  }
  return [
    {
      level: 'loses',
      kind: 'session-storage-wiped',
      subject,
      says: `The Runtime is updated ({}): every update deletes the files of all its sessions. Conversations continue in an empty workspace`,
      names: [change.properties.join(', ')],
      fix: 'deploy when no turn is running or waits for an approval',
    },
  ];
}

function ofDefinition(change: ResourceChange): Effect[] {
  const published = JSON.stringify(at(change.before, 'Properties', 'Value') ?? null);
  if (
    change.type !== 'AWS::SSM::Parameter' ||
    !published.includes(SESSION_BINDING) ||
    !change.properties.includes('Value')
  ) {
    return ends(change) && published.includes(SESSION_BINDING)
      ? [restart(change, 'The session definition is published elsewhere')]
      : [];
  }
  return [restart(change, 'The session definition changes (instructions, model, tools, role or Runtime)')];
}

const restart = ({ path }: ResourceChange, why: string): Effect => ({
  level: 'loses',
  kind: 'conversations-restart',
  subject: path,
  says: `${why}: open conversations are not resumed; their next turn starts a new session without the earlier messages`,
  names: [],
});

/** A table that a state machine uses is the ledger of turns. */
function ofLedger({ before }: Scene, change: ResourceChange): Effect[] {
  if (!change.type.startsWith('AWS::DynamoDB::') || !ends(change)) return [];
  const table = new Set([change.logicalId]);
  const used = before
    .ofType('AWS::StepFunctions::StateMachine')
    .some(({ stack, raw }) => stack.id === change.stack && namesOneOf(raw.Properties, table));
  return used
    ? [
        {
          level: 'loses',
          kind: 'sessions-not-resumed',
          subject: change.path,
          says: `The ledger of turns ${isOrMayBe(change, change.action === 'replace' ? 'replaced' : 'taken out of use')}: conversations are not resumed, waiting turns get no slot, and an event that is delivered again can start a second turn`,
          names: [],
          fix: 'keep the construct id, or deploy when no turn is running or waiting',
        },
      ]
    : [];
}

function ofMachine(change: ResourceChange): Effect[] {
  return change.type === 'AWS::StepFunctions::StateMachine' && ends(change)
    ? [
        {
          level: 'interrupts',
          kind: 'turns-stopped',
          subject: change.path,
          says: `The state machine ${isOrMayBe(change, change.action === 'remove' ? 'deleted' : 'replaced')}: running executions and their turns are stopped`,
          names: [],
          fix: 'deploy when no turn is running or waiting',
        },
      ]
    : [];
}
