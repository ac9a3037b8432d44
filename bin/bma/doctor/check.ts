import type { DoctorClients } from './clients';
import type { Finding } from './finding';
import type { Subject } from './subject';

/** The context of every check. */
export interface Examined {
  readonly region: string;
  readonly account: string;
  /** ARN of the caller. */
  readonly caller: string;
  readonly clients: DoctorClients;
  /** The agents to check; undefined if there are none yet. */
  readonly subject?: Subject;
  /** Ids of models to look for. */
  readonly models: readonly string[];
}

/** A finding without a group, and with a name if its check has several findings. */
export interface Judgement extends Omit<Finding, 'check' | 'group'> {
  /** If it differs from the check's name. */
  readonly check?: string;
  /** If it differs from the check's group. */
  readonly group?: string;
}

/** A check in an account. */
export interface Check {
  readonly group: string;
  /** The name of the check in the report. */
  readonly name: string;
  /** The IAM actions that it calls. All of them only read. */
  readonly permissions: readonly string[];
  /** @throws Unanswered when AWS does not answer */
  run(examined: Examined): Promise<readonly Judgement[]>;
}

export const ok = (value: string): Judgement => ({ status: 'ok', value });
export const warn = (value: string, fix: string): Judgement => ({ status: 'warn', value, fix });
export const fail = (value: string, fix: string): Judgement => ({ status: 'fail', value, fix });
export const notKnown = (value: string, fix: string, why: NonNullable<Finding['why']>): Judgement => ({
  status: 'not known',
  value,
  fix,
  why,
});
