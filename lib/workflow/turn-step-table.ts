import type { TURN_VARIABLES } from '../contracts/handler-variables';
import {
  LEDGER_CHANGE_ACTIONS,
  LEDGER_READ_ACTIONS,
  LEDGER_REMOVE_ACTIONS,
  TURN_SESSION_ACTIONS,
} from '../identity/perms';

/** The environment variables of the functions of turns. */
export type TurnVariable = keyof typeof TURN_VARIABLES;

/** The variables of a function of the workflow, and its permissions in addition to writing its logs. */
export interface StepNeed {
  /** The environment variables that its handler reads. */
  readonly variables: TurnVariable[];
  readonly session?: string[];
  readonly ledger?: string[];
  /** Folders of the evidence bucket that it reads and writes. */
  readonly reads?: string[];
  readonly writes?: string[];
  /** Large objects are written in parts. */
  readonly inParts?: boolean;
  /** Passes the session role, and reads the session definition. */
  readonly opensSessions?: boolean;
}

interface TurnStep extends StepNeed {
  /** Time limit in seconds. */
  readonly seconds: number;
  readonly does: string;
  /** Claims a resource for the turn or sends its message: the settlement of a stopped execution waits for its end. */
  readonly commits?: boolean;
}

/**
 * The functions that the state machine of turns calls, each with the variables and permissions of its own step. To add a step, add a
 * row, a directory with its name in runtime/turn-handlers, its payload in lib/contracts/step.ts, and a state in the
 * definition.
 */
const TABLE = {
  'prepare-turn': {
    seconds: 60,
    does: 'checks requests and the answers of staging and delivery functions',
    variables: ['agentName', 'deadlineSeconds', 'recordSeconds', 'approval', 'evidenceBucket'],
    writes: ['prompts/*'],
  },
  'judge-screening': {
    seconds: 30,
    does: 'weighs what a guardrail found',
    variables: ['evidenceBucket'],
    writes: ['turns/*'],
  },
  'admit-turn': {
    seconds: 60,
    does: 'holds the conversation and says who is next',
    variables: ['ledgerTable', 'maxConcurrency', 'slotSeconds'],
    commits: true,
    ledger: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS],
  },
  'open-session': {
    seconds: 300,
    does: 'opens or resumes a session',
    variables: ['ledgerTable', 'evidenceBucket', 'sessionRetentionSeconds', 'settleSeconds'],
    commits: true,
    session: TURN_SESSION_ACTIONS.open,
    ledger: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS],
    opensSessions: true,
  },
  'submit-turn': {
    seconds: 240,
    does: 'sends a message',
    variables: ['ledgerTable', 'evidenceBucket', 'settleSeconds'],
    commits: true,
    session: TURN_SESSION_ACTIONS.submit,
    ledger: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS],
    reads: ['prompts/*', 'turns/*'],
  },
  'check-turn': {
    seconds: 90,
    does: 'looks at a running turn',
    variables: ['ledgerTable', 'listenSeconds'],
    session: TURN_SESSION_ACTIONS.check,
    ledger: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS],
  },
  'cancel-turn': {
    seconds: 120,
    does: 'stops a turn',
    variables: ['ledgerTable', 'settleSeconds'],
    session: TURN_SESSION_ACTIONS.cancel,
    ledger: LEDGER_READ_ACTIONS,
  },
  'collect-evidence': {
    seconds: 300,
    does: 'stores the evidence of a turn',
    variables: ['ledgerTable', 'evidenceBucket', 'guardrailArn', 'guardrailVersion', 'settleSeconds'],
    session: TURN_SESSION_ACTIONS.collect,
    ledger: LEDGER_READ_ACTIONS,
    writes: ['turns/*'],
    inParts: true,
  },
  'close-session': {
    seconds: 60,
    does: 'gives back or deletes a session',
    variables: ['ledgerTable', 'sessionRetentionSeconds'],
    session: TURN_SESSION_ACTIONS.close,
    ledger: [...LEDGER_READ_ACTIONS, ...LEDGER_CHANGE_ACTIONS, ...LEDGER_REMOVE_ACTIONS],
  },
} satisfies Readonly<Record<string, TurnStep>>;

/** Name of a step: the directory of its handler. */
export type TurnFunctionName = keyof typeof TABLE;

export const TURN_STEPS: Readonly<Record<TurnFunctionName, TurnStep>> = TABLE;

export const TURN_FUNCTION_NAMES = Object.keys(TABLE) as TurnFunctionName[];

/**
 * How long the settlement of a stopped execution waits: the longest step that commits, and the seconds that Step
 * Functions may take for a call that it had begun.
 */
export const LAST_STEP_SECONDS =
  Math.max(
    ...Object.values(TURN_STEPS)
      .filter(({ commits }) => commits)
      .map(({ seconds }) => seconds),
  ) + 15;
