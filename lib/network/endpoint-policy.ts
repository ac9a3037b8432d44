import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { AGENTCORE_SERVICE_PRINCIPAL } from '../facts/service-principals';
import { BEARER_TOKEN_ACTIONS } from '../identity/perms';
import { CODEARTIFACT_ASSETS_BY_REGION, EndpointCallers, type EndpointRule } from './endpoint-actions';
import type { AgentNetworkService } from './network-service';
import { regionalFact } from './regional-fact';

/** Services that accept API keys: their endpoints refuse bearer tokens even if a role allows them. */
const BEARER_TOKEN_SERVICES = ['bedrock-mantle', 'bedrock-runtime'];

/**
 * The policy of one endpoint. Policy statements that differ only in their actions are merged, so that the policy of a
 * service that many tools use stays readable.
 */
export class EndpointPolicy {
  private readonly statements = new Map<string, iam.PolicyStatement>();
  private readonly named = new Map<string, Set<string>>();

  constructor(
    private readonly scope: IConstruct,
    private readonly organizationId: string | undefined,
    private readonly add: (statement: iam.PolicyStatement) => void,
  ) {}

  public allow(service: AgentNetworkService): void {
    if (this.statements.size === 0 && BEARER_TOKEN_SERVICES.includes(service.name)) {
      this.denyBearerTokens(service);
    }
    for (const rule of service._rules) {
      this.allowRule(rule);
    }
  }

  private allowRule(rule: EndpointRule): void {
    const key = JSON.stringify([rule.who, rule.resources]);
    const named = this.named.get(key) ?? new Set();
    const fresh = rule.actions.filter((action) => !named.has(action));
    fresh.forEach((action) => named.add(action));
    this.named.set(key, named);
    const known = this.statements.get(key);
    if (known) {
      known.addActions(...fresh);
      return;
    }
    const statement = new iam.PolicyStatement({
      principals: [new iam.AnyPrincipal()], // Every principal, limited by the conditions: roles can change, the account doesn't.
      actions: fresh,
      resources: rule.resources.map((resource) => endpointArn(this.scope, resource, this.organizationId)),
      conditions: this.conditions(rule),
    });
    this.statements.set(key, statement);
    this.add(statement);
  }

  private conditions(rule: EndpointRule): Record<string, unknown> | undefined {
    const { account } = Stack.of(this.scope);
    const organization = this.organizationId;
    const caller = organization ? { 'aws:PrincipalOrgID': organization } : { 'aws:PrincipalAccount': account };
    const owner = organization ? { 'aws:ResourceOrgID': organization } : { 'aws:ResourceAccount': account };
    switch (rule.who) {
      case EndpointCallers.OURS: {
        // With an organization, the ARNs don't contain the account, so a condition on the owner is used instead.
        const namesAccount = rule.resources.some((resource) => resource.includes('{account}'));
        return { StringEquals: organization && namesAccount ? { ...caller, ...owner } : caller };
      }
      case EndpointCallers.OURS_TO_OUR_RESOURCES:
        return { StringEquals: { ...caller, ...owner } };
      case EndpointCallers.AGENTCORE:
        return { StringEquals: { 'aws:PrincipalServiceName': AGENTCORE_SERVICE_PRINCIPAL } };
      case EndpointCallers.PRESIGNED_BY_AWS:
        return undefined;
    }
  }

  private denyBearerTokens(service: AgentNetworkService): void {
    const prefix = service.name === 'bedrock-mantle' ? 'bedrock-mantle:' : 'bedrock:';
    this.add(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: BEARER_TOKEN_ACTIONS.filter((action) => action.startsWith(prefix)),
        resources: ['*'], // A denial is intentionally broad.
      }),
    );
  }
}

/** The ARN for a pattern of endpoint-actions.ts. */
export function endpointArn(scope: IConstruct, pattern: string, organizationId?: string): string {
  const { partition, region, account } = Stack.of(scope);
  return pattern
    .replace('{partition}', partition)
    .replace('{region}', region)
    .replace('{account}', organizationId ? '*' : account) // "*": any account of the organization, see conditions().
    .replace('{codeArtifactAssets}', () => regionalFact(scope, 'CodeArtifactAssets', CODEARTIFACT_ASSETS_BY_REGION));
}
