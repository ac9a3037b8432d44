import { requireInput } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/** What a guardrail does after a finding. */
export class GuardrailAction {
  static {
    checkInputsOf(this, 'GuardrailAction');
  }

  /** The whole text is replaced by the guardrail's message. */
  public static readonly BLOCK = new GuardrailAction('block', 'BLOCK');
  /**
   * The finding is replaced by its kind, for example `{PASSWORD}`; the rest of the text stays. Only for sensitive
   * information.
   */
  public static readonly MASK = new GuardrailAction('mask', 'ANONYMIZE');
  /** The text stays; the finding is in the assessment of the call. Use it to test a filter before it blocks. */
  public static readonly DETECT = new GuardrailAction('detect', 'NONE');
  /** Not evaluated and not charged. */
  public static readonly OFF = new GuardrailAction('off', undefined);

  private constructor(
    /** What the action is called here: `block`, `mask`, `detect` or `off`. */
    public readonly name: string,
    /** @internal */
    public readonly _cfn: string | undefined,
  ) {}
}

/** Different actions for input and output. */
export interface GuardrailDirections {
  /**
   * Action for the input: the text of an event, before it is sent to the agent.
   *
   * @default GuardrailAction.BLOCK
   */
  readonly input?: GuardrailAction;
  /**
   * Action for the output: the agent's text, before it is published.
   *
   * @default GuardrailAction.BLOCK
   */
  readonly output?: GuardrailAction;
}

/** @internal */
export interface RenderedDirections {
  readonly inputEnabled: boolean;
  readonly inputAction?: string;
  readonly outputEnabled: boolean;
  readonly outputAction?: string;
}

/**
 * Both directions are set explicitly, because the defaults of the service differ by policy (sensitive information was
 * checked only in the output for a long time: awslabs/generative-ai-cdk-constructs#1138).
 */
export function renderedDirections(
  where: string,
  directions: GuardrailDirections,
  allowed: readonly GuardrailAction[],
): RenderedDirections {
  const { input = GuardrailAction.BLOCK, output = GuardrailAction.BLOCK } = directions;
  for (const [direction, action] of Object.entries({ input, output })) {
    requireInput(allowed.includes(action), where, {
      input: direction,
      value: action.name,
      allowed: allowed.map(({ name }) => name).join(', '),
      fix: 'choose one of these',
    });
  }
  requireInput(input !== GuardrailAction.OFF || output !== GuardrailAction.OFF, where, {
    input: 'input and output',
    value: 'off',
    allowed: 'at least one direction that is evaluated',
    fix: 'leave the filter out instead',
  });
  return {
    inputEnabled: input !== GuardrailAction.OFF,
    ...(input._cfn === undefined ? {} : { inputAction: input._cfn }),
    outputEnabled: output !== GuardrailAction.OFF,
    ...(output._cfn === undefined ? {} : { outputAction: output._cfn }),
  };
}

/** The actions of filters that find a meaning, not a position, so that nothing can be masked. */
export const UNMASKED_ACTIONS: readonly GuardrailAction[] = [
  GuardrailAction.BLOCK,
  GuardrailAction.DETECT,
  GuardrailAction.OFF,
];
