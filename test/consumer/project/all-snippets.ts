import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { ManagedAgent, ManagedAgentChecks } from 'cdk-bedrock-managed-agents';
import { Surroundings } from './surroundings';

// Synthesizes every snippet of README.md and docs/ as an app of its own, with the checks on: only findings that the
// snippet itself declares or acknowledges are accepted. scripts/doc-snippets.mjs writes the modules.
interface Snippet {
  readonly from: string;
  readonly registersChecks: boolean;
  readonly add: (this: Stack, given: Surroundings) => unknown;
}

const problems: string[] = [];
const directory = join(__dirname, 'snippets');
const files = readdirSync(directory).filter((name) => name.endsWith('.js'));
if (files.length === 0) problems.push('there are no snippets');
for (const file of files) {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which snippets there are is known when this runs
  const snippet = require(join(directory, file)) as Snippet;
  try {
    problems.push(...findingsOf(synthesize(snippet)).map((finding) => `${snippet.from}: ${finding}`));
  } catch (error) {
    problems.push(`${snippet.from}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function synthesize({ add, registersChecks }: Snippet): App {
  const app = new App();
  const stack = new Stack(app, 'Docs', { env: { region: 'us-east-1' } });
  const given = new Surroundings(stack);
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  const own = add.call(stack, given) as App;
  const isOwn = own !== app;
  if (isOwn && !registersChecks) Validations.of(own).addPlugins(new ManagedAgentChecks(own));
  // An agent is added to a snippet without one, so that the rules apply.
  if (!own.node.findAll().some((each) => each instanceof ManagedAgent)) {
    const place = own.node.children.find((child) => Stack.isStack(child));
    if (Stack.isStack(place)) void (isOwn ? new Surroundings(place) : given).agent;
  }
  try {
    own.synth();
  } catch (error) {
    if (!existsSync(join(own.outdir, 'validation-report.json'))) throw error;
  }
  return own;
}

/** What the pack and the built-in validation of aws-cdk-lib report, one line for each resource. */
function findingsOf(app: App): string[] {
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, description, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} on ${constructPath}: ${description}`),
    ),
  );
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}
