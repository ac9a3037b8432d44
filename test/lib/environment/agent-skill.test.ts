import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentCoreEnvironment, AgentImage, AgentKey, AgentNetwork, AgentSkill } from '../../../lib';
import { readFrontMatter } from '../../../lib/environment/skill-front-matter';
import { stageAssets } from '../../staged-assets';

stageAssets();

const GOOD = '---\nname: deploy-notes\ndescription: Writes notes about a deployment.\n---\n\n# Notes\n';

let root: string;
beforeEach(() => (root = mkdtempSync(path.join(tmpdir(), 'agent-skill-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A skill directory with these files. */
function skill(files: Record<string, string | Buffer>, name = 'deploy-notes'): string {
  const directory = path.join(root, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), content);
  }
  return directory;
}

describe('a skill', () => {
  test('is read with its name and description', () => {
    const read = AgentSkill.fromDirectory(skill({ 'SKILL.md': GOOD, 'references/long.md': 'x' }));
    expect(read).toMatchObject({ name: 'deploy-notes', description: 'Writes notes about a deployment.' });
  });

  test.each<[string, Record<string, string | Buffer>, RegExp]>([
    ['without SKILL.md', { 'README.md': 'x' }, /a directory with a file SKILL\.md/],
    ['without front matter', { 'SKILL.md': '# Notes' }, /without front matter/],
    ['without description', { 'SKILL.md': '---\nname: deploy-notes\n---\n' }, /without 'description'/],
    ['with an empty description', { 'SKILL.md': '---\nname: deploy-notes\ndescription: ""\n---\n' }, /1 to 1024/],
    ['with a long description', { 'SKILL.md': GOOD.replace('Writes', 'W'.repeat(1024)) }, /1 to 1024/],
    ['with another name than its directory', { 'SKILL.md': GOOD.replace('deploy', 'other') }, /name of the directory/],
    ['with capitals in its name', { 'SKILL.md': GOOD.replace('deploy-notes', 'Deploy') }, /lower-case letters/],
    ['with two hyphens in its name', { 'SKILL.md': GOOD.replace('deploy-notes', 'deploy--notes') }, /single hyphens/],
    ['with a list as description', { 'SKILL.md': GOOD.replace('Writes', '[Writes') }, /not read here/],
    ['with a credential in its text', { 'SKILL.md': `${GOOD}AKIA${'ABCDEFGHIJKLMNOP'}` }, /an AWS access key id/],
    ['with a key file', { 'SKILL.md': GOOD, 'a/b.txt': '-----BEGIN PRIVATE KEY-----' }, /a private key/],
    ['with a hidden file', { 'SKILL.md': GOOD, '.env': 'X=1' }, /not hidden/],
    ['with instructions that are too long', { 'SKILL.md': GOOD + 'x'.repeat(65536) }, /65536 bytes of SKILL\.md/],
    ['that is too large', { 'SKILL.md': GOOD, 'big.bin': Buffer.alloc(5 * 1024 * 1024) }, /5242880 bytes in all/],
    [
      'with too many files',
      { 'SKILL.md': GOOD, ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, ''])) },
      /at most 200 files/,
    ],
  ])('%s is refused', (_, files, why) => {
    expect(() => AgentSkill.fromDirectory(skill(files))).toThrow(why);
  });

  test('is refused when it holds a symbolic link, to a file or a directory', () => {
    for (const target of ['/etc/passwd', '/etc']) {
      const directory = skill({ 'SKILL.md': GOOD });
      symlinkSync(target, path.join(directory, 'link'));
      expect(() => AgentSkill.fromDirectory(directory)).toThrow(/no symbolic links/);
      rmSync(directory, { recursive: true });
    }
  });

  test('is refused when its directory is a link, a file or not there', () => {
    const directory = skill({ 'SKILL.md': GOOD });
    symlinkSync(directory, path.join(root, 'linked'));
    for (const wrong of [path.join(root, 'linked'), path.join(directory, 'SKILL.md'), path.join(root, 'none')]) {
      expect(() => AgentSkill.fromDirectory(wrong)).toThrow(/a directory, not a symbolic link/);
    }
  });

  test('never shows the credential it was refused for', () => {
    const directory = skill({ 'SKILL.md': `${GOOD}AKIA${'ABCDEFGHIJKLMNOP'}` });
    expect(() => AgentSkill.fromDirectory(directory)).not.toThrow(/ABCDEFGHIJKLMNOP/);
  });
});

describe('front matter', () => {
  const description = (yaml: string) => readFrontMatter(`---\nname: a\ndescription:${yaml}\n---\n`);
  test.each([
    [' plain text', 'plain text'],
    ["  'it''s quoted: yes'", "it's quoted: yes"],
    [' "with \\"quotes\\" # and more"', 'with "quotes" # and more'],
    [' >-\n  folded\n  over lines', 'folded over lines'],
    [' |\n  kept\n  apart', 'kept\napart'],
    [' plain\n  over lines', 'plain over lines'],
    [' text\nmetadata:\n  owner: x', 'text'],
    ['\r', ''],
  ])('reads %j', (yaml, text) => {
    expect(description(yaml)).toEqual({ name: 'a', description: text });
  });

  test.each([' *alias', ' &anchor x', ' !!tag x', ' a: b', ' {a: b}', ' - a', " 'open", ' "open', ' text # comment'])(
    'does not guess what %j means',
    (yaml) => expect(description(yaml)).toHaveProperty('problem'),
  );

  test('refuses a member that stands there twice', () => {
    expect(description(' x\ndescription: y')).toHaveProperty('problem', "a second 'description'");
  });
});

describe('an image with skills', () => {
  function scene() {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
    const encryptionKey = new AgentKey(stack, 'Key');
    const network = new AgentNetwork(stack, 'Network', { encryptionKey });
    const baseline = new AgentBaseline(stack, 'Baseline', { network, dataKey: encryptionKey });
    const environment = (id: string, props: { image?: AgentImage; capabilityDirectories?: string[] }) =>
      new AgentCoreEnvironment(stack, id, { baseline, ...props });
    return { app, environment };
  }
  const packed = (outdir: string) =>
    readdirSync(outdir)
      .map((name) => path.join(outdir, name))
      .filter((directory) => existsSync(path.join(directory, 'Dockerfile')));

  test('has them beside the bundled ones, in a directory that the session is told about', () => {
    const { app, environment } = scene();
    const skills = [AgentSkill.fromDirectory(skill({ 'SKILL.md': GOOD, 'scripts/a.sh': 'echo' }))];
    const { capabilityDirectories } = environment('Env', { image: AgentImage.bundled({ skills }) });
    const [context, ...others] = packed(app.synth().directory);
    expect(others).toEqual([]);
    expect(readdirSync(path.join(context, 'skills')).sort()).toEqual(['deploy-notes', 'evidence']);
    expect(readFileSync(path.join(context, 'skills/deploy-notes/SKILL.md'), 'utf8')).toBe(GOOD);
    expect(existsSync(path.join(context, 'skills/deploy-notes/scripts/a.sh'))).toBe(true);
    expect(capabilityDirectories).toEqual(['/opt/agent/skills']);
  });

  test('leaves no copy behind, and leaves the bundled image as it is', () => {
    const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('agent-image-'));
    const before = copies();
    const { app, environment } = scene();
    const image = AgentImage.bundled({ skills: [AgentSkill.fromDirectory(skill({ 'SKILL.md': GOOD }))] });
    environment('With', { image });
    environment('Without', {});
    expect(copies()).toEqual(before);
    const contexts = packed(app.synth().directory).map((context) => readdirSync(path.join(context, 'skills')).length);
    expect(contexts.sort()).toEqual([1, 2]);
  });

  test('adds its directory to a list that lacks it, and not to a list that has it', () => {
    const { environment } = scene();
    const image = AgentImage.bundled({ skills: [AgentSkill.fromDirectory(skill({ 'SKILL.md': GOOD }))] });
    const directories = (id: string, capabilityDirectories: string[]) =>
      environment(id, { image, capabilityDirectories }).capabilityDirectories;
    expect(directories('A', ['/mnt/agent/own'])).toEqual(['/mnt/agent/own', '/opt/agent/skills']);
    expect(directories('B', ['/opt/agent/skills', '/x'])).toEqual(['/opt/agent/skills', '/x']);
    expect(environment('C', { capabilityDirectories: ['/x'] }).capabilityDirectories).toEqual(['/x']);
  });

  test('counts its directory among the 32 that a session may have', () => {
    const { environment } = scene();
    const image = AgentImage.bundled({ skills: [AgentSkill.fromDirectory(skill({ 'SKILL.md': GOOD }))] });
    const many = (count: number) => Array.from({ length: count }, (_, index) => `/d${index}`);
    expect(environment('Most', { image, capabilityDirectories: many(31) }).capabilityDirectories).toHaveLength(32);
    expect(() => environment('More', { image, capabilityDirectories: many(32) })).toThrow(/at most 32 directories/);
  });

  test('refuses two skills of one name, also when one is bundled', () => {
    const one = AgentSkill.fromDirectory(skill({ 'SKILL.md': GOOD }));
    expect(() => AgentImage.bundled({ skills: [one, one] })).toThrow(/'deploy-notes'.*every name once/);
    const evidence = skill({ 'SKILL.md': GOOD.replace('deploy-notes', 'evidence') }, 'evidence');
    expect(() => AgentImage.bundled({ skills: [AgentSkill.fromDirectory(evidence)] })).toThrow(/bundled skills/);
  });
});

test('the list of bundled skills is the one in the image', () => {
  const skills = path.join(__dirname, '../../../runtime/image/skills');
  const bundled = readdirSync(skills);
  for (const name of bundled) {
    const image = () => AgentImage.bundled({ skills: [AgentSkill.fromDirectory(path.join(skills, name))] });
    expect(image).toThrow(`none of the bundled skills (${bundled.join(', ')})`);
  }
});
