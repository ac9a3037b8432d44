import * as fs from 'fs';
import * as path from 'path';
import { SKILL_LIMITS } from '../facts/skill-limits';
import { credentialKindIn } from '../validation/credential-like';
import { requireInput } from '../validation/input-error';
import { readFrontMatter } from './skill-front-matter';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * A skill: a directory with a SKILL.md that tells the agent how to do one kind of work, and the files it refers to.
 * `AgentImage.bundled({ skills: [...] })` puts it into the image, where the agent can read but not change it.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-skills-tools.html
 */
export class AgentSkill {
  static {
    checkInputsOf(this, 'AgentSkill');
  }

  /**
   * Reads and checks a skill: front matter with the name of the directory and a description, only plain files (no
   * symbolic links, no hidden files), no text that looks like a credential, at most 64 KiB of SKILL.md, 200 files and 5
   * MiB in total.
   *
   * @param directory path of the directory, absolute or relative to the working directory of the CDK app.
   * @throws InputError when the skill breaks one of these rules.
   */
  public static fromDirectory(directory: string): AgentSkill {
    const root = path.resolve(directory);
    const where = `AgentSkill.fromDirectory '${path.basename(root)}'`;
    requireInput(isPlainDirectory(root), where, {
      input: 'directory',
      value: directory,
      allowed: 'a directory, not a symbolic link to one',
      fix: 'pass the directory that holds SKILL.md',
    });
    const files = filesOf(where, root, '');
    checkFiles(where, root, files);
    const { name, description } = checkedFrontMatter(where, root);
    return new AgentSkill(name, description, root);
  }

  private constructor(
    /** Name of the skill, unique in the image. */
    public readonly name: string,
    /** The purpose of the skill, and when to use it. */
    public readonly description: string,
    /** Absolute path of the directory. */
    public readonly directory: string,
  ) {}

  /**
   * Copies the skill below a directory of an image.
   *
   * @internal
   */
  public _copyInto(skillsDirectory: string): void {
    fs.cpSync(this.directory, path.join(skillsDirectory, this.name), { recursive: true });
  }
}

const INSTRUCTIONS = 'SKILL.md';

function checkedFrontMatter(where: string, root: string): { name: string; description: string } {
  const found = readFrontMatter(fs.readFileSync(path.join(root, INSTRUCTIONS), 'utf8'));
  if ('problem' in found) {
    requireInput(false, where, {
      input: INSTRUCTIONS,
      value: found.problem,
      allowed: 'YAML front matter with name and description',
      fix: found.fix,
    });
  }
  const { name, description } = found;
  requireInput(SKILL_LIMITS.namePattern.test(name) && name.length <= SKILL_LIMITS.nameLength, where, {
    input: 'name',
    value: name,
    allowed: `lower-case letters, digits and single hyphens between them, at most ${SKILL_LIMITS.nameLength} characters`,
    fix: 'rename the skill',
  });
  requireInput(name === path.basename(root), where, {
    input: 'name',
    value: name,
    allowed: `the name of the directory, '${path.basename(root)}'`,
    fix: 'rename one of them',
  });
  requireInput(description.trim() !== '' && description.length <= SKILL_LIMITS.descriptionLength, where, {
    input: 'description',
    value: description,
    allowed: `1 to ${SKILL_LIMITS.descriptionLength} characters`,
    fix: 'say what the skill does and when to use it',
  });
  return found;
}

function isPlainDirectory(directory: string): boolean {
  return fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Relative paths of all files. Throws for anything except plain files and directories. */
function filesOf(where: string, root: string, below: string): string[] {
  return fs.readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const relative = path.join(below, entry.name);
    requireInput(!entry.name.startsWith('.'), where, {
      input: 'file',
      value: relative,
      allowed: 'files and directories that are not hidden',
      fix: 'remove or rename it: hidden files hold settings and credentials, which no skill needs',
    });
    requireInput(entry.isFile() || entry.isDirectory(), where, {
      input: 'file',
      value: relative,
      allowed: 'plain files and directories, no symbolic links',
      fix: 'replace it by a copy of what it points to',
    });
    return entry.isDirectory() ? filesOf(where, root, relative) : [relative];
  });
}

function checkFiles(where: string, root: string, files: string[]): void {
  requireInput(files.includes(INSTRUCTIONS), where, {
    input: 'directory',
    value: path.basename(root),
    allowed: `a directory with a file ${INSTRUCTIONS}`,
    fix: 'add it, or pass the directory below that has it',
  });
  requireInput(files.length <= SKILL_LIMITS.files, where, {
    input: 'directory',
    value: `(${files.length} files)`,
    allowed: `at most ${SKILL_LIMITS.files} files`,
    fix: 'leave out what the skill does not refer to',
  });
  let total = 0;
  for (const file of files) {
    const { size } = fs.statSync(path.join(root, file));
    total += size;
    const limit = file === INSTRUCTIONS ? SKILL_LIMITS.instructionBytes : SKILL_LIMITS.totalBytes;
    requireInput(size <= limit && total <= SKILL_LIMITS.totalBytes, where, {
      input: 'file',
      value: file,
      allowed: `${SKILL_LIMITS.instructionBytes} bytes of ${INSTRUCTIONS}, ${SKILL_LIMITS.totalBytes} bytes in all`,
      fix: 'move long texts into files of their own, and large files out of the skill',
    });
    const kind = credentialKindIn(fs.readFileSync(path.join(root, file), 'utf8'));
    requireInput(kind === undefined, where, {
      input: 'file',
      value: file,
      allowed: `no credentials; this file contains what looks like ${kind}`,
      fix: 'store it in Secrets Manager, grant the agent to read it, and name its ARN',
    });
  }
}
