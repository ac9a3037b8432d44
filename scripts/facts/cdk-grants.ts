// Finds the actions that the grants of the installed aws-cdk-lib give: the material of analysis/facts/data-actions.ts.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { service } from '../../analysis/facts/actions';
import { conditionKeysOf } from './service-data';

const LIBRARY = path.join(__dirname, '../../node_modules/aws-cdk-lib');

/** Modules whose grants are for roles of pipelines and workflow tasks, which aren't grants on a resource. */
const SERVICE_ROLE_MODULES = ['aws-codepipeline-actions', 'aws-stepfunctions-tasks'];

const LITERAL = /["'`]([a-z0-9-]+:(?:\*|[A-Za-z0-9]+\*?))["'`]/g;
/** Types of events that a bucket notifies of. */
const EVENTS = ['s3:IntelligentTiering', 's3:LifecycleTransition', 's3:ReducedRedundancyLostObject'];

const GRANT_METHOD = /\bgrant[A-Z]\w*\(/;

/**
 * Actions and patterns, in the spelling of the grants, with the files that name them: every literal of grants.json, of the
 * files of grants and permissions, and of each file that has a grant method. Condition keys look the same and are left out.
 */
export function actionsOfCdkGrants(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const library of readdirSync(LIBRARY).filter((name) => name.startsWith('aws-'))) {
    if (SERVICE_ROLE_MODULES.includes(library)) continue;
    for (const file of sourceFiles(library)) {
      const source = readFileSync(path.join(LIBRARY, file), 'utf8');
      if (!/perms|grants/i.test(path.basename(file)) && !GRANT_METHOD.test(source)) continue;
      for (const [, action] of source.matchAll(LITERAL)) {
        if (isAction(action)) found.set(action, [...new Set([...(found.get(action) ?? []), file])]);
      }
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Hand-written sources of a module, and what it generates from grants.json. The generated L1 classes grant nothing. */
function sourceFiles(library: string): string[] {
  const folder = path.join(LIBRARY, library, 'lib');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.js') && (!file.endsWith('.generated.js') || file.endsWith('-grants.generated.js')),
    )
    .map((file) => path.join(library, 'lib', file));
}

/** Also an action that the service data lacks; anything else with a colon is a resource type, an event or a condition key. */
function isAction(text: string): boolean {
  const [prefix] = text.split(':');
  if (service(prefix) === undefined || EVENTS.includes(text)) return false;
  return !conditionKeysOf(prefix).has(text.toLowerCase());
}
