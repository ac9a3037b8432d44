import type { DoctorClients } from './clients';
import type { Finding } from './finding';
import type { Subject } from './subject';

/** What every check may ask. */
export interface Examined {
  readonly region: string;
  readonly account: string;
  /** ARN of the caller. */
  readonly caller: string;
  readonly clients: DoctorClients;
  /** The agents that are checked; undefined when there are none yet. */
  readonly subject?: Subject;
  /** Ids of models to look for. */
  readonly models: readonly string[];
}

/** A finding before it has a group, and a name where its check has several. */
export interface Judgement extends Omit<Finding, 'check' | 'group'> {
  /** When it isn't the check's name. */
  readonly check?: string;
  /** When it isn't the check's group. */
  readonly group?: string;
}

/** Something that is checked in an account. */
export interface Check {
  readonly group: string;
  /** What is checked, as the report names it. */
  readonly name: string;
  /** The IAM actions that it calls. All of them only read. */
  readonly permissions: readonly string[];
  /** @throws Unanswered when AWS does not tell */
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
