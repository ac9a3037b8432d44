/*
 * The guide "make your own blueprint", followed literally: every file that it shows is written and every command that it
 * gives is run, in a project of its own.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const GUIDE = fs.readFileSync(path.join(ROOT, 'examples/custom-blueprint/README.md'), 'utf8');
const PACKAGE = 'cdk-bedrock-managed-agents';

// The built-in validation is on, and assets are copied, as for a user.
const ENVIRONMENT = { ...process.env, CDK_VALIDATION: undefined, CDK_CONTEXT_JSON: undefined };

type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: string };

/** Blocks in `ts` and `yaml` begin with the name of their file; blocks in `sh` are commands; `console` needs an AWS account, or this repository. */
function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(/^```(ts|sh|yaml)\n([\s\S]*?)^```$/gm)].flatMap(([, language, text]): Step[] => {
    if (language === 'sh') {
      return text
        .split('\n')
        .filter((line) => line.trim())
        .map((line) => ({ kind: 'command', line }));
    }
    const name = /^(?:\/\/|#) (\S+\.(?:ts|yaml))\n/.exec(text)?.[1];
    if (name === undefined) throw new Error(`A block does not begin with the name of its file: ${text.slice(0, 80)}`);
    return [{ kind: 'file', name, text }];
  });
}

/** As `cdk init` makes it; the library is the source of this repository instead of an installed package. */
function project(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'own-blueprint-'));
  const modules = path.join(directory, 'node_modules');
  const installed = path.join(ROOT, 'node_modules');
  fs.mkdirSync(path.join(modules, '.bin'), { recursive: true });
  for (const name of fs.readdirSync(installed)) {
    if (name !== '.bin') fs.symlinkSync(path.join(installed, name), path.join(modules, name));
  }
  for (const name of fs.readdirSync(path.join(installed, '.bin'))) {
    fs.symlinkSync(path.join(installed, '.bin', name), path.join(modules, '.bin', name));
  }
  for (const [name, program] of Object.entries({ bma: 'bma/bma.js', 'bma-local': 'local/bma-local.js' })) {
    fs.symlinkSync(path.join(ROOT, 'assets', program), path.join(modules, '.bin', name));
    fs.chmodSync(path.join(ROOT, 'assets', program), 0o755);
  }
  const write = (file: string, content: object) =>
    fs.writeFileSync(path.join(directory, file), JSON.stringify(content, undefined, 2));
  write('package.json', { name: 'own', private: true });
  write('cdk.json', { app: 'npx tsx app.ts' });
  write('tsconfig.json', {
    compilerOptions: {
      target: 'es2022',
      module: 'node16',
      strict: true,
      skipLibCheck: true,
      types: ['node', 'jest'],
      paths: {
        [PACKAGE]: [path.join(ROOT, 'lib/index.ts')],
        [`${PACKAGE}/blueprints`]: [path.join(ROOT, 'lib/blueprint/index.ts')],
      },
    },
    include: ['app.ts', 'lib'],
  });
  fs.writeFileSync(
    path.join(directory, 'jest.config.js'),
    `module.exports = {
      testEnvironment: 'node',
      roots: ['<rootDir>/test'], // as cdk init writes it
      transform: { '^.+\\\\.ts$': ['ts-jest', { diagnostics: false }] },
      moduleNameMapper: {
        '^${PACKAGE}$': ${JSON.stringify(path.join(ROOT, 'lib/index.ts'))},
        '^${PACKAGE}/blueprints$': ${JSON.stringify(path.join(ROOT, 'lib/blueprint/index.ts'))},
      },
    };`,
  );
  return directory;
}

let directory: string;
beforeAll(() => (directory = project()));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

test('every file and every command of the guide works, in their order', () => {
  const outputs = new Map<string, string>();
  const steps = stepsOf(GUIDE);
  for (const step of steps) {
    if (step.kind === 'file') {
      const file = path.join(directory, step.name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, step.text);
      continue;
    }
    try {
      outputs.set(
        step.line,
        execFileSync('bash', ['-euo', 'pipefail', '-c', step.line], {
          cwd: directory,
          encoding: 'utf8',
          stdio: 'pipe',
          env: {
            ...ENVIRONMENT,
            CI: 'true',
            CDK_DISABLE_CLI_TELEMETRY: 'true',
            npm_config_offline: 'true',
          },
        }),
      );
    } catch (problem) {
      const { stdout, stderr } = problem as { stdout: string; stderr: string };
      throw new Error(`The guide says '${step.line}', which failed:\n${stdout}\n${stderr}`, { cause: problem });
    }
  }

  expect([...outputs.keys()].map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'npx bma',
    'npx tsc',
    'npx cdk',
    'npx bma',
    'npx jest',
    'npx bma-local',
  ]);
  // The turn of the reader's own blueprint, run by the real codex exec server.
  const [turn] = [...outputs].filter(([line]) => line.includes('bma-local')).map(([, output]) => output);
  expect(turn).toMatch(
    /^Agent \w*LicenceAuditor\w*, .*\$ git --version {2}exit 0\n.*Exit 0: git version .*\nTurn completed\n$/s,
  );
  expect(fs.existsSync(path.join(directory, 'lib/licence-auditor/licence-auditor-stack.ts'))).toBe(true);
  const report = JSON.parse(fs.readFileSync(path.join(directory, 'cdk.out/validation-report.json'), 'utf8'));
  expect(report.pluginReports.flatMap(({ violations }: any) => violations)).toEqual([]);
  expect(outputs.get('npx bma statement cdk.out')).toMatch(/LicenceAuditor/);
  expect(outputs.get('npx bma statement cdk.out')).not.toMatch(/may +s3:/);
});

test('the checks that it adds to the app are at work: a permission too many ends the synthesis', () => {
  const file = path.join(directory, 'lib/licence-auditor/licence-auditor.ts');
  const changed = fs
    .readFileSync(file, 'utf8')
    .replace(
      "].join('\\n'),\n    });",
      "].join('\\n'),\n    });\n    this.agent.executionRole.addToPrincipalPolicy(new PolicyStatement({ actions: ['iam:*'], resources: ['*'] }));",
    );
  fs.writeFileSync(file, `import { PolicyStatement } from 'aws-cdk-lib/aws-iam';\n${changed}`);
  expect(() =>
    execFileSync('npx', ['tsx', 'app.ts'], {
      cwd: directory,
      stdio: 'pipe',
      encoding: 'utf8',
      env: { ...ENVIRONMENT, CDK_OUTDIR: 'cdk.out' },
    }),
  ).toThrow(/MA-ID[57]/);
});
