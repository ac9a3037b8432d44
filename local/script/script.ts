/**
 * The agent loop as data: rules from messages to steps. A script replaces the model, so a turn is always the same; its
 * commands are real.
 */

/** The conditions of a rule. All given members must match; an empty object matches every message. */
export interface When {
  /** The message contains this text (case-sensitive). */
  readonly contains?: string;
  /** The message matches this regular expression. */
  readonly matches?: string;
  /** The n-th turn of the session, from 1. */
  readonly turn?: number;
}

export interface RunStep {
  readonly kind: 'run';
  readonly id?: string;
  /** A string is run by `bash -c`; a list is run directly. */
  readonly command: string | string[];
  /** Relative to the workspace, or absolute. */
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly timeoutSeconds?: number;
}

export interface WriteFileStep {
  readonly kind: 'write_file';
  readonly id?: string;
  readonly path: string;
  readonly content: string;
}

export interface ReadFileStep {
  readonly kind: 'read_file';
  readonly id?: string;
  readonly path: string;
}

export interface McpStep {
  readonly kind: 'mcp';
  readonly id?: string;
  /** `server_label` of a STDIO MCP tool of the session's agent. */
  readonly server: string;
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
}

export interface SkillsStep {
  readonly kind: 'skills';
  readonly id?: string;
}

export interface WaitStep {
  readonly kind: 'wait';
  readonly id?: string;
  readonly seconds: number;
}

export interface SayStep {
  readonly kind: 'say';
  readonly id?: string;
  readonly text: string;
}

export type Step = RunStep | WriteFileStep | ReadFileStep | McpStep | SkillsStep | WaitStep | SayStep;

export interface Rule {
  readonly when: When;
  readonly steps: Step[];
  /** The final answer. `{{input}}`, `{{turn}}` and `{{steps.<id>.<field>}}` are filled in. */
  readonly answer?: string;
  /** Ends the turn as failed instead of answering. */
  readonly fail?: { readonly code: string; readonly message: string };
}

export interface Script {
  readonly rules: Rule[];
}

/** The message and the turn number decide; the first matching rule is used. */
export function chooseRule(script: Script, message: string, turn: number): Rule | undefined {
  return script.rules.find(
    ({ when }) =>
      (when.contains === undefined || message.includes(when.contains)) &&
      (when.matches === undefined || new RegExp(when.matches).test(message)) &&
      (when.turn === undefined || when.turn === turn),
  );
}

/** Used when no script is given: shows that the environment works, and repeats the message. */
export const DEFAULT_SCRIPT: Script = {
  rules: [
    {
      when: {},
      steps: [{ kind: 'run', id: 'where', command: 'pwd' }],
      answer: 'The local service has no script. Workspace: {{steps.where.output}}Message: {{input}}',
    },
  ],
};
