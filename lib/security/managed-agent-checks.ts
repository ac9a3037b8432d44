import {
  type CfnResource,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  type Stack,
  Stage,
} from 'aws-cdk-lib/core';
// Not from 'cdk-nag' itself, which loads the thousand rules of its packs and takes ten times as long as this library.
import { NagPack } from 'cdk-nag/lib/nag-pack';
import type { IConstruct } from 'constructs';
import { checkReport, type CheckRequest, ruleTexts } from './check-report';
import { readConstructTree, stacksBelow } from './construct-tree';
import { type ManagedAgentChecksProps, ManagedAgentRuleFamily } from './managed-agent-checks-props';
import { reportStages } from './stage-reports';
import { checkInputsOf, requireProps } from '../validation/checked-inputs';
import { requireInput } from '../validation/input-error';

const NAME = 'ManagedAgentChecks';

/**
 * The security model of managed agents as a cdk-nag pack. `cdk synth` fails if an agent violates it.
 *
 * ```ts
 * import { App, Validations } from 'aws-cdk-lib/core';
 * import { ManagedAgentChecks } from 'cdk-bedrock-managed-agents';
 *
 * declare const app: App;
 * Validations.of(app).addPlugins(new ManagedAgentChecks(app));
 * ```
 *
 * The rules read the final templates, including property overrides, raw resources, `CfnInclude`, nested stacks, and agents
 * that weren't created with this library. docs/RULES.md lists the rules. A finding of severity `fatal` can't be acknowledged.
 * A finding of severity `error` can, with a reason that the validation report contains:
 *
 * ```ts
 * import { Stack, Validations } from 'aws-cdk-lib/core';
 *
 * declare const stack: Stack;
 * Validations.of(stack).acknowledge({ id: 'ManagedAgentChecks::MA-AUD1', reason: 'The organization trail org-trail records these events' });
 * ```
 *
 * To record a decision that a rule accepts (an action, egress, a part that can't be read), use a {@link Declaration}.
 *
 * A part that can't be read and could affect an agent is a finding of MA-READ1 until it is declared.
 */
export class ManagedAgentChecks extends NagPack {
  static {
    checkInputsOf(this, 'ManagedAgentChecks');
  }

  /** Name of the pack, the first part of the ids of acknowledgements. */
  public readonly name: string = NAME;
  /** The ids of the rules that this pack runs. */
  public readonly ruleIds?: string[];

  private readonly scope?: IConstruct;
  private readonly families: readonly string[];
  private readonly options: CheckRequest['options'];

  /**
   * @param scope the App, Stage or Stack to check; default: the construct that the pack is registered on. Name it: without it,
   * `cdk synth` doesn't report the findings of Stages unless their stacks are selected (`cdk synth '**'`)
   */
  constructor(scope?: IConstruct, props: ManagedAgentChecksProps = {}) {
    super(scope);
    requireProps('ManagedAgentChecks', 'ManagedAgentChecks', props);
    requireInput(props.families?.length !== 0, NAME, {
      input: 'families',
      value: [],
      allowed: 'at least one family; without one, nothing is checked',
      fix: 'name the families, or leave families out for all but COST',
    });
    this.packName = NAME;
    this.scope = scope;
    this.families =
      props.families ??
      Object.values(ManagedAgentRuleFamily).filter((family) => family !== ManagedAgentRuleFamily.COST);
    this.ruleIds = ruleTexts().flatMap(({ id, family }) => (this.families.includes(family) ? [id] : []));
    this.options = { permissionsBoundary: props.permissionsBoundary };
    if (scope) {
      reportStages(scope);
    }
  }

  /** Called by core after synthesis, with the stacks of the Stage that the pack is registered on. */
  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { appConstruct, stackTemplates } = context;
    const checked = this.scope ?? appConstruct;
    // Otherwise no stack would be checked, and synthesis would succeed whatever the app contains.
    requireInput(checked.node.root === appConstruct.node.root, NAME, {
      input: 'scope',
      value: checked.node.path === '' ? 'an App' : checked.node.path,
      allowed: 'the app that the pack is registered on, or a Stage or Stack in it; this one is in another app',
      fix: 'write Validations.of(app).addPlugins(new ManagedAgentChecks(app)) with the same app',
    });
    const registered = new Set(stackTemplates?.map(({ stackConstructPath }) => stackConstructPath));
    return this.check(appConstruct, (root) => stackTemplates === undefined || registered.has(root.node.path));
  }

  /**
   * Checks a construct tree directly, for unit tests. Synthesizes its app once.
   *
   * @param scope an App, Stage or Stack
   */
  public validateScope(scope: IConstruct): PolicyValidationPluginReport {
    const stage = Stage.of(scope);
    const root = scope.node.root;
    (Stage.isStage(root) ? root : stage)?.synth();
    const judged = new Set(stacksBelow(scope));
    return this.check(root, (_, stack) => judged.has(stack));
  }

  /** Not used: the rules read templates, not constructs. */
  protected checkResource(_node: CfnResource): void {}

  /** @param inScope whether a stack is checked, given the top-level stack that it is nested in */
  private check(app: IConstruct, inScope: (root: Stack, stack: Stack) => boolean): PolicyValidationPluginReport {
    const below = this.scope && new Set(stacksBelow(this.scope));
    const stacks = stacksBelow(app);
    const templates = readConstructTree(app);
    const judged = stacks.flatMap((stack, position) => {
      const line = lineOf(stack);
      const root = line[line.length - 1];
      const counts = inScope(root, stack) && (!below || line.some((each) => below.has(each)));
      return counts ? [templates[position].id] : [];
    });
    return checkReport({
      stacks: templates,
      families: this.families,
      options: this.options,
      judged: new Set(judged),
    });
  }
}

/** A stack and the stacks it is nested in, the top-level one last. */
function lineOf(stack: Stack): Stack[] {
  return stack.nestedStackParent ? [stack, ...lineOf(stack.nestedStackParent)] : [stack];
}
