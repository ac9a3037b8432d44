import { MANTLE_SERVICE_PRINCIPAL } from '../../identity/perms';
import { permits } from './permissions';
import type { Identities, Identity } from './roles';
import { sorted, type Item, type Source } from './source';
import type { Permission } from './statement';

/** An agent: a Runtime with the roles that belong to it. */
export interface Agent {
  readonly name: string;
  readonly runtime: Item;
  /** Named endpoints of the Runtime. */
  readonly endpoints: readonly Item[];
  readonly sessionRole?: Identity;
  readonly executionRole?: Identity;
  /** ARN of the Bedrock project that its permissions end at, where its session role tells. */
  readonly project?: string;
}

const INVOKE = 'bedrock-agentcore:InvokeAgentRuntime';

/** The agents of an app: every AgentCore Runtime, however it was made. */
export function agentsOf(source: Source, identities: Identities): Agent[] {
  return source.items('AWS::BedrockAgentCore::Runtime').map((runtime) => {
    const endpoints = source
      .items('AWS::BedrockAgentCore::RuntimeEndpoint')
      .filter(({ properties }) => source.target(properties.AgentRuntimeId)?.key === runtime.key);
    const own = [runtime, ...endpoints].map((item) => `\${${item.name}}`);
    const drivers = [...identities.able(INVOKE).keys()].filter(
      (identity) =>
        identity.trustedBy.some(({ principal }) => principal === MANTLE_SERVICE_PRINCIPAL) &&
        own.some((arn) => identities.may(identity, INVOKE, arn)),
    );
    // A role that names this Runtime is its own; one that may invoke every Runtime drives it only if no other does.
    const sessionRole =
      drivers.find(({ permissions }) => permissions.some(({ resource }) => own.includes(resource))) ?? drivers[0];
    const executionItem = source.target(runtime.properties.RoleArn);
    const executionRole = executionItem && identities.of(executionItem);
    const project = sessionRole?.permissions.find((entry) =>
      permits(entry, 'bedrock-mantle:CreateInference'),
    )?.resource;
    return {
      name: source.text(runtime.properties.AgentRuntimeName) || runtime.name,
      runtime,
      endpoints,
      ...(sessionRole ? { sessionRole } : {}),
      ...(executionRole ? { executionRole } : {}),
      ...(project === undefined ? {} : { project }),
    };
  });
}

/** The models that a role may call, by its conditions; `*` when a call isn't limited to models. */
export function modelsOf(permissions: readonly Permission[]): string[] {
  const calls = permissions.filter((entry) => permits(entry, 'bedrock-mantle:CreateInference'));
  return sorted(
    calls.flatMap(({ conditions }) => {
      const limit = conditions.find(
        ({ operator, key }) => key === 'bedrock-mantle:Model' && /^String(Equals|Like)$/.test(operator),
      );
      return limit ? limit.values : ['*'];
    }),
  );
}
