import { DescribeRouteTablesCommand, DescribeVpcEndpointsCommand, type Route } from '@aws-sdk/client-ec2';
import { GetRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';
import { runtimeLogGroup } from './runtime-logs';

export const execWebSocket = probe({
  id: 'exec-websocket',
  question:
    "Does the exec server's WebSocket work through the interface endpoint of bedrock-mantle, and through the library's policy on it?",
  default: 'The network is isolated: the WebSocket goes through the endpoint, whose policy allows nine actions.',
  where: ['lib/network/endpoint-actions.ts', 'lib/network/egress.ts', 'docs/network.md'],
  needs: ['an agent in an isolated network', 'a turn that used its environment'],
  looksAt: ['stacks', 'turn', 'runtime', 'logs'],
  permissions: [{ actions: ['ec2:DescribeRouteTables', 'ec2:DescribeVpcEndpoints'] }],
  usd: 0,
  minutes: 1,
  answers: {
    'passes-policy': {
      means:
        'A command ran in a network with the endpoint as its only way to the service, and the endpoint policy allows named actions.',
    },
    'passes-full-access': {
      means:
        'A command ran in a network with the endpoint as its only way to the service, and the endpoint policy allows everything.',
      repeat: 'put the policy of the library on the endpoint, and repeat the probe',
    },
    'does-not-connect': {
      means: 'No command ran, and the exec server repeatedly ended or was refused.',
      change: 'let AgentNetwork have egress by default, or widen MANTLE_RULES (lib/network/endpoint-actions.ts)',
    },
  },
  async run(context) {
    const { items } = await context.turn();
    const { networkConfiguration } = await context.runtime();
    const subnets = networkConfiguration?.networkModeConfig?.subnets ?? [];
    if (subnets.length === 0) throw new NoAnswer('the Runtime is in no VPC');
    const { RouteTables = [] } = await context.clients.ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.subnet-id', Values: subnets }] }),
    );
    const routes = RouteTables.flatMap((table) => table.Routes ?? []);
    // A subnet without an association uses the main route table, which isn't read, so it doesn't count as isolated.
    const associated = new Set(
      RouteTables.flatMap((table) => (table.Associations ?? []).map(({ SubnetId }) => SubnetId)),
    );
    if (!subnets.every((subnet) => associated.has(subnet)) || routes.some(leadsOut)) {
      throw new NoAnswer(
        'the subnets of the Runtime have a route besides the endpoints, so the WebSocket may have used it',
      );
    }
    const vpc = RouteTables[0].VpcId!;
    const Filters = [
      { Name: 'vpc-id', Values: [vpc] },
      { Name: 'service-name', Values: [`com.amazonaws.${context.options.region}.bedrock-mantle`] },
    ];
    const { VpcEndpoints: [endpoint] = [] } = await context.clients.ec2.send(
      new DescribeVpcEndpointsCommand({ Filters }),
    );
    if (endpoint === undefined) throw new NoAnswer('the network has no endpoint of bedrock-mantle');
    const commands = items.filter(
      ({ type, exit_code: code }) => type === 'command_execution' && typeof code === 'number',
    ).length;
    const evidence = [
      'route tables of the subnets: no route besides the endpoints',
      `commands with an exit code in the turn: ${commands}`,
    ];
    if (commands > 0) {
      const full = allowsEverything(endpoint.PolicyDocument);
      return {
        answer: full ? 'passes-full-access' : 'passes-policy',
        evidence: [...evidence, `policy of the endpoint: ${full ? 'full access' : 'names actions'}`],
        confidence: 'certain',
      };
    }
    const failures = (await lifecycleEvents(context)).filter(
      (event) => event === 'exec_server_ended' || event === 'exec_server_refused',
    );
    if (failures.length < 2)
      throw new NoAnswer(
        'no command ran in the turn, and nothing shows that the exec server could not connect: start a turn with --new-turn',
      );
    return {
      answer: 'does-not-connect',
      evidence: [...evidence, `times the exec server ended or was refused: ${failures.length}`],
      confidence: 'likely',
    };
  },
});

/** Names of the lifecycle server's log events during the turn. */
async function lifecycleEvents(context: ProbeContext): Promise<readonly string[]> {
  const messages = await context.logMessages(await runtimeLogGroup(context), await context.turnPeriod());
  return messages.map((message) => /"event":"(\w+)"/.exec(message)?.[1] ?? '');
}

/** Targets of a route, other than gateways and endpoints of the VPC itself. */
const TARGETS = [
  'NatGatewayId',
  'TransitGatewayId',
  'InstanceId',
  'NetworkInterfaceId',
  'EgressOnlyInternetGatewayId',
  'VpcPeeringConnectionId',
  'CarrierGatewayId',
  'CoreNetworkArn',
  'LocalGatewayId',
] as const satisfies readonly (keyof Route)[];

const leadsOut = (route: Route): boolean =>
  (route.GatewayId !== undefined && route.GatewayId !== 'local' && !route.GatewayId.startsWith('vpce-')) ||
  TARGETS.some((target) => route[target] !== undefined);

function allowsEverything(document: string | undefined): boolean {
  if (document === undefined) return true;
  const { Statement } = JSON.parse(document) as { Statement: unknown };
  return [Statement].flat().some((statement) => {
    const { Effect, Action } = statement as { Effect: string; Action?: string | string[] };
    return Effect === 'Allow' && [Action].flat().some((action) => action === '*' || action === 'bedrock-mantle:*');
  });
}

export const dnsNames = probe({
  id: 'dns-names',
  question: 'Which name does the exec server resolve, and is it the host of the WebSocket?',
  default: 'Only `bedrock-mantle.<Region>.api.aws` and the names of the other endpoints resolve.',
  where: ['lib/network/dns-firewall.ts', 'lib/network/agent-network-props.ts', 'docs/network.md'],
  needs: ['an agent in a network of the library', 'a turn'],
  looksAt: ['stacks', 'turn', 'logs'],
  permissions: [],
  usd: 0,
  minutes: 1,
  answers: {
    'expected-only': {
      means: 'The exec server resolved the expected host, and no name of the service or of OpenAI was blocked.',
    },
    another: {
      means: 'The exec server tried to resolve a name of the service or of OpenAI, and the name was blocked.',
      change: 'add the name in the evidence to the allowed names (lib/network/dns-firewall.ts)',
    },
  },
  async run(context) {
    const { physicalId } = await context.resource(
      'AWS::Logs::LogGroup',
      ({ physicalId: name }) => name.startsWith('/bma/dns/'),
      'DNS query log of the library',
    );
    const messages = await context.logMessages(physicalId, await context.turnPeriod());
    const queries = messages.flatMap((message) => {
      const { query_name: name = '', firewall_rule_action: action } = JSON.parse(message) as {
        query_name?: string;
        firewall_rule_action?: string;
      };
      return name === '' ? [] : [{ name: name.replace(/\.$/, '').toLowerCase(), blocked: action === 'BLOCK' }];
    });
    const expected = `bedrock-mantle.${context.options.region}.api.aws`;
    // Other names can come from the task of the agent, so they are counted but not listed.
    const blocked = [...new Set(queries.filter(({ blocked: is }) => is).map(({ name }) => name))];
    const ofTheService = blocked.filter(isOfTheService).sort();
    const evidence = [
      `queries: ${queries.length}`,
      `for ${expected}: ${queries.filter(({ name }) => name === expected).length}`,
      `other names that were blocked: ${blocked.length - ofTheService.length}`,
    ];
    if (ofTheService.length > 0)
      return {
        answer: 'another',
        evidence: [...evidence, ...ofTheService.map((name) => `blocked: ${name}`)],
        confidence: 'likely',
      };
    if (!queries.some(({ name }) => name === expected))
      throw new NoAnswer(`${expected} was not resolved during the turn: the compute may have been connected already`);
    return { answer: 'expected-only', evidence, confidence: 'certain' };
  },
});

/** Names that only AWS and OpenAI can have. */
const isOfTheService = (name: string): boolean =>
  /(?:^|\.)(?:api\.aws|openai\.com|chatgpt\.com)$/.test(name) ||
  /^[^.]*(?:bedrock|agentcore|codex)[^.]*\.(?:.+\.)?(?:amazonaws\.com|on\.aws|aws\.dev)$/.test(name);

export const sourceVpce = probe({
  id: 'source-vpce',
  question: 'Is `aws:SourceVpce` available when session calls are authorized?',
  default: 'The functions of a workflow can call sessions only with the condition `aws:SourceVpce`.',
  where: ['lib/workflow/turn-functions.ts', 'docs/workflow.md'],
  needs: ['an agent', 'a turn that opened a session, or was denied opening one'],
  looksAt: ['stacks', 'turn'],
  permissions: [{ actions: ['iam:GetRolePolicy', 'iam:ListRolePolicies'] }],
  usd: 0,
  minutes: 1,
  answers: {
    yes: { means: 'A function opened a session with a permission that has the condition.' },
    no: {
      means: 'A function with a permission that has the condition was denied opening a session.',
      change: 'remove the condition (lib/workflow/turn-functions.ts), and rely on the endpoint policy',
    },
  },
  async run(context) {
    const { state } = await context.turn();
    const role = await context.resource(
      'AWS::IAM::Role',
      ({ logicalId }) => /StepsOpenSessionRole[0-9A-F]{8}$/.test(logicalId),
      'role of the function that opens sessions',
    );
    const grants = (await inlineStatements(context, role.physicalId)).filter(
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('bedrock-mantle:CreateAgentSession'),
    );
    const conditioned = grants.filter(({ Condition }) => JSON.stringify(Condition ?? {}).includes('aws:SourceVpce'));
    if (grants.length === 0 || conditioned.length < grants.length)
      throw new NoAnswer('the role of the function can open sessions without the condition');
    const { sessionId, reason } = state.result ?? {};
    const evidence = ['grants of CreateAgentSession: all with aws:SourceVpce'];
    if (sessionId !== undefined)
      return { answer: 'yes', evidence: [...evidence, 'the turn has a session'], confidence: 'certain' };
    if (reason?.code === 'access-denied')
      return {
        answer: 'no',
        evidence: [...evidence, 'the turn failed with access-denied and has no session'],
        confidence: 'likely',
      };
    throw new NoAnswer(
      `the turn opened no session: it ended as ${state.state}${reason === undefined ? '' : ` (${reason.code})`}`,
    );
  },
});

interface Statement {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Condition?: object;
}

async function inlineStatements({ clients: { iam } }: ProbeContext, RoleName: string): Promise<readonly Statement[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const statements: Statement[] = [];
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    statements.push(
      ...[(JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: Statement | Statement[] }).Statement].flat(),
    );
  }
  return statements;
}
