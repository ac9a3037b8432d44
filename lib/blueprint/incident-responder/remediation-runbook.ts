import { Token } from 'aws-cdk-lib/core';
import { requireInput, requirePattern, requireWholeNumber } from '../../validation/input-error';
import { ASSUMED_ROLE, MAX_PARAMETER_CHARACTERS, type ParameterRule } from '../../contracts/remediation';
import { checkInputsOf } from '../../validation/checked-inputs';

const WHERE = 'RemediationRunbook';

/** The allowed values of a runbook parameter in a proposal. */
export class RunbookParameter {
  static {
    checkInputsOf(this, 'RunbookParameter');
  }

  /**
   * One of these values.
   *
   * @param values 1 to 50, each of 1 to 512 visible characters, known at synth because the instructions contain them
   * @throws InputError when there is no value, or a value is out of range
   */
  public static oneOf(values: string[]): RunbookParameter {
    requireWholeNumber('RunbookParameter', 'number of values', values.length, 1, 50, 'values');
    for (const value of values) {
      requireInput(!Token.isUnresolved(value) && isVisible(value), 'RunbookParameter', {
        input: 'values',
        value: Token.isUnresolved(value) ? 'a value of the deployment' : value,
        allowed: `1 to ${MAX_PARAMETER_CHARACTERS} visible characters of ASCII that are known at synth`,
        fix: 'write the value, or use RunbookParameter.matching',
      });
    }
    return new RunbookParameter({ values: [...values] });
  }

  /**
   * A value that this regular expression matches completely, at most 512 visible characters.
   *
   * @param pattern of JavaScript with the flag `u`, at most 256 characters; anchors are added
   * @throws InputError when it isn't a regular expression
   */
  public static matching(pattern: string): RunbookParameter {
    requireInput(!Token.isUnresolved(pattern) && isPattern(pattern), 'RunbookParameter', {
      input: 'pattern',
      value: Token.isUnresolved(pattern) ? 'a value of the deployment' : pattern,
      allowed: 'a regular expression of 1 to 256 characters that is known at synth',
      fix: 'write it as in i-[0-9a-f]{17}',
    });
    return new RunbookParameter({ pattern });
  }

  private constructor(
    /** @internal */
    public readonly _rule: ParameterRule,
  ) {}
}

/** A runbook of Systems Manager Automation that may be proposed. */
export interface RemediationAutomationOptions {
  /** Name of the document, your own or one of AWS: 3 to 128 letters, digits and `_-.`, known at synth. Not an ARN. */
  readonly documentName: string;

  /**
   * Parameters that a proposal may set, by name, at most 20. A parameter that a proposal omits has the default of the
   * document.
   *
   * @default - none
   */
  readonly parameters?: { [name: string]: RunbookParameter };

  /**
   * ARN of the role that the runbook works under, passed as its parameter `AutomationAssumeRole`. The state machine can
   * pass only this role to Systems Manager.
   *
   * @default - none: a runbook that names no role runs under the role of the state machine, which can only start
   * runbooks
   */
  readonly automationRoleArn?: string;
}

/** A runbook that can be run as a remediation after a person approved it. */
export class RemediationRunbook {
  static {
    checkInputsOf(this, 'RemediationRunbook');
  }

  /**
   * A runbook of Systems Manager Automation.
   *
   * @throws InputError when the name is an ARN or malformed, or parameters are out of range
   */
  public static automation(options: RemediationAutomationOptions): RemediationRunbook {
    const { documentName, parameters = {}, automationRoleArn } = options;
    requireInput(!Token.isUnresolved(documentName), WHERE, {
      input: 'documentName',
      allowed: 'a name that is known at synth, because permissions and instructions are made from it',
      fix: 'write the name',
    });
    requirePattern(
      WHERE,
      'documentName',
      documentName,
      /^[A-Za-z0-9_.-]{3,128}$/,
      '3 to 128 letters, digits and _-.',
      'pass the name of the document, not the ARN',
    );
    const names = Object.keys(parameters);
    requireWholeNumber(WHERE, 'number of parameters', names.length, 0, 20, 'parameters');
    for (const name of names) {
      requireInput(/^[A-Za-z][A-Za-z0-9_-]{0,49}$/.test(name) && name !== ASSUMED_ROLE, WHERE, {
        input: 'parameters',
        value: name,
        allowed: `names of 1 to 50 letters, digits and _-, not ${ASSUMED_ROLE}`,
        fix: 'name the role that the runbook works under as automationRoleArn',
      });
    }
    requirePattern(
      WHERE,
      'automationRoleArn',
      automationRoleArn ?? 'arn:aws:iam::111122223333:role/none',
      /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/,
      'the ARN of one role',
      'pass role.roleArn',
    );
    return new RemediationRunbook(documentName, parameters, automationRoleArn);
  }

  private constructor(
    /** @internal */
    public readonly _documentName: string,
    /** @internal */
    public readonly _parameters: { readonly [name: string]: RunbookParameter },
    /** @internal */
    public readonly _automationRoleArn?: string,
  ) {}
}

const isVisible = (value: string): boolean => value.length <= MAX_PARAMETER_CHARACTERS && /^[\x20-\x7e]+$/.test(value);

function isPattern(pattern: string): boolean {
  if (pattern.length === 0 || pattern.length > 256) return false;
  try {
    // Compiled separately, so that none of its parentheses closes the anchored group.
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
