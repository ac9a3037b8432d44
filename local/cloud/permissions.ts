/** The check of every call to a service, for all callers: functions, state machines and services. */
import { GUARDRAIL_PROFILES } from '../../lib/facts/guardrail-profiles';
import type { AccessRequest, AccountPolicies } from '../iam/account-policies';
import { AccountMemory } from './account-memory';
import { type Call, callsOf } from './api-calls';
import { AccessDenied, type Fields } from './aws-error';
import type { Deployment } from './deployment';
import { keyRequests } from './key-permissions';

/** The caller. */
export interface Caller {
  /** ARN of the role, or the calling service: `events.amazonaws.com`. */
  readonly arn: string;
  /** Condition keys of the caller: `lambda:SourceFunctionArn`, `aws:SourceArn`. */
  readonly context?: Readonly<Record<string, string>>;
  /** A service calls with the role, from outside the VPC. Default: false */
  readonly outsideNetwork?: boolean;
}

/** The resources, and facts from earlier responses. */
export interface Account extends Pick<AccountMemory, 'repositoryOf' | 'deploymentGroupsOf' | 'logGroupsOf' | 'tagsOf'> {
  readonly place: Deployment['place'];
  arn(service: string, rest: string): string;
  /** The ARN for a name or an ARN. */
  named(service: string, prefix: string, reference: string): string;
  leadingKeys(table: string, item: unknown): Pick<Call, 'multiple'>;
  /** ARNs of the guardrail profile in every Region in which a guardrail may be evaluated. */
  profilesOf(guardrail: string): readonly string[];
}

export class Permissions implements Account {
  public readonly memory = new AccountMemory();

  public constructor(
    private readonly policies: AccountPolicies,
    private readonly deployment: Deployment,
  ) {}

  public get place() {
    return this.deployment.place;
  }

  public arn(service: string, rest: string): string {
    const { partition, region, accountId } = this.place;
    return `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  }

  public named(service: string, prefix: string, reference: string): string {
    return reference.startsWith('arn:') ? reference : this.arn(service, `${prefix}${reference}`);
  }

  /**
   * The partition key of an item for conditions. A query has none, so such a condition denies it. Source:
   * docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
   */
  public leadingKeys(name: string, item: unknown): Pick<Call, 'multiple'> {
    const found = this.deployment.all('AWS::DynamoDB::Table').find(({ ref, arn }) => ref === name || arn === name);
    const schema = (found?.properties.KeySchema ?? []) as { AttributeName: string; KeyType: string }[];
    const partition = schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
    const value = (item as Record<string, Record<string, unknown>> | undefined)?.[partition ?? ''];
    return value === undefined ? {} : { multiple: { 'dynamodb:LeadingKeys': Object.values(value).map(String) } };
  }

  public profilesOf(guardrail: string): readonly string[] {
    const found = this.deployment.all('AWS::Bedrock::Guardrail').find(({ arn }) => arn === guardrail);
    const { GuardrailProfileArn: profile } = (found?.properties.CrossRegionConfig ?? {}) as {
      GuardrailProfileArn?: string;
    };
    if (profile === undefined) return [];
    const fact = GUARDRAIL_PROFILES.find(({ id }) => profile.endsWith(`/${id}`));
    const regions = fact?.destinations[this.place.region] ?? [this.place.region];
    return regions.map((region) => profile.replace(`:${this.place.region}:`, `:${region}:`));
  }

  public repositoryOf(id: string): string {
    return this.memory.repositoryOf(id);
  }

  public deploymentGroupsOf(ids: readonly string[]): readonly (readonly [string, string])[] {
    return this.memory.deploymentGroupsOf(ids);
  }

  public logGroupsOf(query: string): readonly string[] {
    return this.memory.logGroupsOf(query).map((name) => this.named('logs', 'log-group:', name));
  }

  public tagsOf(opsItem: string): Readonly<Record<string, string>> {
    return this.memory.tagsOf(opsItem);
  }

  /**
   * Checks a call, and the use of the customer-managed key of its resource.
   *
   * @param name the operation: `dynamodb:GetItem`
   * @throws AccessDenied with the message of AWS, or with the name of an operation whose permissions aren't known
   */
  public authorize(caller: Caller, name: string, input: Fields): void {
    const calls = callsOf(name);
    if (calls === undefined) {
      throw new AccessDenied(
        `The local account doesn't know which permissions ${name} needs, so it is refused. Fix: add it to local/cloud/api-calls.ts.`,
      );
    }
    for (const call of calls(input, this)) this.require(caller, call);
  }

  /** Checks one permission, and the use of the key that it implies. @throws AccessDenied */
  public require(caller: Caller, call: Call): void {
    const { action, resource, multiple, key, operation } = call;
    const request: AccessRequest = {
      caller: caller.arn,
      action,
      resource,
      context: { ...caller.context, ...call.context },
      multiple,
      // The service calls AWS KMS, never the caller itself.
      outsideNetwork: caller.outsideNetwork ?? action.startsWith('kms:'),
    };
    this.decide(request, ...this.keyUses(request, key, operation));
  }

  /** Checks only the use of a resource's key by a caller. @throws AccessDenied */
  public requireKeyUse({ arn, context, outsideNetwork }: Caller, action: string, resource: string): void {
    this.decide(...this.keyUses({ caller: arn, action, resource, context, outsideNetwork }));
  }

  /**
   * Checks only the use of a resource's key by its service, which needs no permission for the resource.
   *
   * @throws AccessDenied
   */
  public requireOwnKeyUse(action: string, resource: string): void {
    this.decide(...this.keyUses({ caller: '', action, resource }));
  }

  private keyUses(request: AccessRequest, key?: string, operation?: string): AccessRequest[] {
    return keyRequests(this.policies.model, this.place, request, key, operation);
  }

  private decide(...requests: readonly AccessRequest[]): void {
    for (const request of requests) {
      const { allowed, reason } = this.policies.decide(request);
      if (!allowed) throw new AccessDenied(reason);
    }
  }

  /** Whether a permission exists, without a record, for a response that depends on it. */
  public has(caller: Caller, action: string, resource: string): boolean {
    const { arn, context, outsideNetwork } = caller;
    return this.policies.judge({ caller: arn, action, resource, context, outsideNetwork }).allowed;
  }
}
