import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { BMA_REGIONS } from '../facts/bma-regions';
import { MODEL_CATALOGUE } from '../facts/model-catalogue';
import { InputError, requireInput } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/** List price of a model, in US dollars per million tokens. See the catalogue for source and date. */
export interface ModelListPrice {
  /** US dollars per million input tokens. */
  readonly input: number;
  /** US dollars per million output tokens. */
  readonly output: number;
  /**
   * US dollars per million cached input tokens.
   *
   * @default - not documented
   */
  readonly cachedInput?: number;
}

/** Facts about a model that isn't in the catalogue of this library. */
export interface AgentModelOptions {
  /**
   * Regions where the model is offered.
   *
   * @default - those of the catalogue; for a model outside it, every Region of BMA
   */
  readonly regions?: string[];
}

/**
 * The model of an agent. The session role contains its literal id as the only model that the agent can call. BMA
 * accepts OpenAI models on the bedrock-mantle endpoint, and no cross-Region inference profiles. BMA doesn't necessarily
 * accept every model of the Bedrock catalogue.
 */
export class AgentModel {
  static {
    checkInputsOf(this, 'AgentModel');
  }

  /** GPT-5.6 Luna: the small, fast and cheap model of the family. */
  public static readonly GPT_5_6_LUNA = AgentModel.of('openai.gpt-5.6-luna');
  /** GPT-5.5. */
  public static readonly GPT_5_5 = AgentModel.of('openai.gpt-5.5');
  /** GPT-5.4. */
  public static readonly GPT_5_4 = AgentModel.of('openai.gpt-5.4');

  /**
   * A model by its id, including models that this library doesn't know.
   *
   * @param modelId literal id as `GET /v1/models` lists it, for example `openai.gpt-5.5`. Case-sensitive.
   * @throws InputError for tokens, wildcards, ARNs, inference-profile prefixes and models of other providers.
   */
  public static of(modelId: string, options: AgentModelOptions = {}): AgentModel {
    const refuse = (allowed: string, fix: string) =>
      new InputError('AgentModel.of', { input: 'modelId', value: modelId, allowed, fix });
    if (Token.isUnresolved(modelId)) {
      throw refuse('a literal id: it becomes the model condition of the session role', 'write the id out');
    }
    const profile = /^(us|eu|apac|ap|global|us-gov)\.(.+)$/.exec(modelId);
    if (profile) {
      throw refuse(
        'a model id of one Region: Managed Agents take no cross-Region inference profiles',
        `drop the prefix and use '${profile[2]}'`,
      );
    }
    if (!/^openai\.[A-Za-z0-9][A-Za-z0-9._-]*$/.test(modelId)) {
      throw refuse(
        "an OpenAI model id such as 'openai.gpt-5.5', without wildcards",
        'take the id from AgentModel or from the list of models of the bedrock-mantle endpoint',
      );
    }
    return new AgentModel(modelId, options);
  }

  /** The literal model id. */
  public readonly modelId: string;

  /** Regions where the model is offered, or undefined if they are not known here. */
  public readonly regions?: string[];

  /** List price, or undefined if the catalogue has none. */
  public readonly listPrice?: ModelListPrice;

  private constructor(modelId: string, options: AgentModelOptions) {
    this.modelId = modelId;
    const facts = MODEL_CATALOGUE.find(({ id }) => id === modelId);
    this.regions = options.regions ?? (facts && [...facts.regions]);
    if (facts?.usdPerMillionInputTokens !== undefined && facts.usdPerMillionOutputTokens !== undefined) {
      this.listPrice = {
        input: facts.usdPerMillionInputTokens,
        output: facts.usdPerMillionOutputTokens,
        cachedInput: facts.usdPerMillionCachedInputTokens,
      };
    }
  }

  /** @internal */
  public _requireOffered(scope: IConstruct): void {
    const region = Stack.of(scope).region;
    if (Token.isUnresolved(region)) {
      return;
    }
    requireInput(BMA_REGIONS.includes(region), scope, {
      input: 'Region',
      value: region,
      allowed: `a Region where Bedrock Managed Agents is offered: ${BMA_REGIONS.join(', ')}`,
      fix: 'deploy the stack of the agent to one of them',
    });
    requireInput(this.regions === undefined || this.regions.includes(region), scope, {
      input: 'model',
      value: this.modelId,
      allowed: `${this.modelId} in ${this.regions?.join(', ') ?? ''}, and this stack is in ${region}`,
      fix: `move the stack, choose another model, or, if the model is available there now, AgentModel.of('${this.modelId}', { regions: [...] })`,
    });
  }
}
