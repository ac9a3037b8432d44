import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { Lazy, Token, type IResolvable } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { requireInput } from '../validation/input-error';
import type { GuardrailContentFilter } from './content-filter';
import type { GuardrailTopic } from './denied-topic';
import type { GuardrailGrounding } from './grounding-check';
import type { GuardrailTier } from './guardrail-tier';
import type { GuardrailSensitiveInformation } from './sensitive-information';
import type { GuardrailWordFilter } from './word-filter';

/** Everything that a guardrail filters, collected until synthesis and checked when it is added. */
export class GuardrailPolicy {
  private readonly contentFilters: CfnGuardrail.ContentFilterConfigProperty[] = [];
  private readonly topics: CfnGuardrail.TopicConfigProperty[] = [];
  private readonly words: CfnGuardrail.WordConfigProperty[] = [];
  private readonly managedLists: CfnGuardrail.ManagedWordsConfigProperty[] = [];
  private readonly entities: CfnGuardrail.PiiEntityConfigProperty[] = [];
  private readonly regexes: CfnGuardrail.RegexConfigProperty[] = [];
  private readonly grounding: CfnGuardrail.ContextualGroundingFilterConfigProperty[] = [];

  constructor(
    private readonly where: IConstruct,
    private readonly tier: GuardrailTier,
  ) {}

  public addContentFilter(filter: GuardrailContentFilter): void {
    this.requireNew('contentFilters', filter.category, this.contentFilters, ({ type }) => type);
    this.contentFilters.push(filter._render());
  }

  public addTopic(topic: GuardrailTopic): void {
    this.requireNew('topics', topic.topicName, this.topics, ({ name }) => name);
    this.requireRoom('topics', this.topics.length + 1, GUARDRAIL_LIMITS.topics);
    this.topics.push(topic._render(this.tier));
  }

  public addWordFilter(filter: GuardrailWordFilter): void {
    for (const list of filter._managedLists) {
      this.requireNew('wordFilters', list.type, this.managedLists, ({ type }) => type);
    }
    this.requireRoom('wordFilters', this.words.length + filter._words.length, GUARDRAIL_LIMITS.words);
    this.requireNewWords(filter._words);
    this.managedLists.push(...filter._managedLists);
    this.words.push(...filter._words);
  }

  public addSensitiveInformation(information: GuardrailSensitiveInformation): void {
    const { entityName } = information.entity;
    if (information._isRegex) {
      this.requireNewPattern(information);
      this.requireNew('sensitiveInformation', entityName, this.regexes, ({ name }) => name);
      this.requireRoom('regular expressions', this.regexes.length + 1, GUARDRAIL_LIMITS.regexes);
      this.regexes.push(information._renderRegex());
    } else {
      this.requireNew('sensitiveInformation', entityName, this.entities, ({ type }) => type);
      this.entities.push(information._renderEntity());
    }
  }

  public addGrounding(check: GuardrailGrounding): void {
    this.requireNew('grounding', check.kind, this.grounding, ({ type }) => type);
    this.grounding.push(check._render());
  }

  /** Checks that need all additions. */
  public errors(): string[] {
    const parts = [this.contentFilters, this.topics, this.words, this.managedLists, this.entities, this.regexes];
    return [...parts, this.grounding].some((part) => part.length > 0)
      ? []
      : [
          'the guardrail filters nothing. Allowed: at least one filter, topic, word, entity, pattern or check. ' +
            'Fix: add one, or use AgentGuardrail.standard(...).',
        ];
  }

  /** The properties of the resource, read at synthesis so that later additions are included. */
  public properties(): Record<string, IResolvable> {
    const tier = { tierName: this.tier.tierName };
    return {
      contentPolicyConfig: whenAny([this.contentFilters], () => ({
        filtersConfig: this.contentFilters,
        contentFiltersTierConfig: tier,
      })),
      topicPolicyConfig: whenAny([this.topics], () => ({ topicsConfig: this.topics, topicsTierConfig: tier })),
      wordPolicyConfig: whenAny([this.words, this.managedLists], () => ({
        wordsConfig: nonEmpty(this.words),
        managedWordListsConfig: nonEmpty(this.managedLists),
      })),
      sensitiveInformationPolicyConfig: whenAny([this.entities, this.regexes], () => ({
        piiEntitiesConfig: nonEmpty(this.entities),
        regexesConfig: nonEmpty(this.regexes),
      })),
      contextualGroundingPolicyConfig: whenAny([this.grounding], () => ({ filtersConfig: this.grounding })),
    };
  }

  /** CreateGuardrail refuses words that differ only in case. Unresolved words are accepted. */
  private requireNewWords(added: readonly CfnGuardrail.WordConfigProperty[]): void {
    const present = new Map(this.words.map(({ text }) => [text.toLowerCase(), text]));
    for (const { text } of added) {
      const other = present.get(text.toLowerCase());
      requireInput(other === undefined || Token.isUnresolved(text), this.where, {
        input: 'wordFilters',
        value: text,
        allowed: `every word once, whatever its case; there is '${other}' already`,
        fix: 'remove one of the two',
      });
      present.set(text.toLowerCase(), text);
    }
  }

  /** CreateGuardrail refuses equal regular expressions under two names. */
  private requireNewPattern(information: GuardrailSensitiveInformation): void {
    const { name, pattern } = information._renderRegex();
    const other = this.regexes.find((regex) => regex.pattern === pattern);
    requireInput(other === undefined || Token.isUnresolved(pattern), this.where, {
      input: 'sensitiveInformation',
      value: name,
      allowed: `every regular expression once; '${other?.name}' has the same one`,
      fix: 'remove one of the two',
    });
  }

  private requireNew<T>(input: string, name: string, present: readonly T[], nameOf: (element: T) => string): void {
    requireInput(Token.isUnresolved(name) || !present.some((element) => nameOf(element) === name), this.where, {
      input,
      value: name,
      allowed:
        'every category, entity, topic and pattern once, because the assessment of a call tells them apart by name',
      fix: 'remove one of the two, or rename it',
    });
  }

  private requireRoom(input: string, count: number, max: number): void {
    requireInput(count <= max, this.where, {
      input,
      value: count,
      allowed: `at most ${max} in a guardrail`,
      fix: 'combine some, or use a second guardrail',
    });
  }
}

function whenAny(lists: readonly unknown[][], produce: () => unknown): IResolvable {
  return Lazy.any({ produce: () => (lists.some((list) => list.length > 0) ? produce() : undefined) });
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
