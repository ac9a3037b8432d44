import { execFile } from 'node:child_process';
import { type Judgement, notKnown, ok, warn } from './check';
import type { Subject } from './subject';

const FIX = 'install one, name it in CDK_DOCKER, or use ImageBuilder.CODE_BUILD (docs/runtime-image.md)';
const TIMEOUT_MS = 10_000;

/** Whether the container engine of this machine can build images for AgentCore. Builds nothing. */
export async function engineJudgement(subject: Subject | undefined): Promise<Judgement> {
  if (subject && subject.bootstraps.length > 0 && subject.builtImages.length === 0) {
    return ok('not needed: the app builds no image on this machine');
  }
  // The CDK CLI runs the same program.
  const engine = process.env.CDK_DOCKER || 'docker';
  const { code, out, error } = await run(engine, ['buildx', 'inspect']);
  if (code === 'ENOENT') return warn(`there is no ${engine} on this machine`, FIX);
  const platforms = /^\s*Platforms:\s*(.*)$/m.exec(out)?.[1];
  if (platforms === undefined) {
    const [first = `it ended with ${String(code)}`] = error.split('\n').filter(Boolean);
    return /cannot connect|is the docker daemon running|permission denied/i.test(error)
      ? warn(`${engine} does not work: ${first}`, `start ${engine}, or: ${FIX}`)
      : notKnown(
          `the platforms that ${engine} builds for can't be determined: ${first}`,
          `try: ${engine} build --platform linux/arm64 .`,
          'not documented',
        );
  }
  return /\blinux\/arm64\b/.test(platforms)
    ? ok(`${engine} builds linux/arm64`)
    : warn(
        `${engine} builds ${platforms.trim()}, not linux/arm64`,
        'add emulation (docs.docker.com/build/building/multi-platform), or use ImageBuilder.CODE_BUILD (docs/runtime-image.md)',
      );
}

function run(file: string, args: string[]): Promise<{ code: unknown; out: string; error: string }> {
  return new Promise((resolve) =>
    execFile(file, args, { timeout: TIMEOUT_MS }, (problem, out, error) =>
      resolve({ code: problem?.code ?? problem?.signal ?? 0, out, error }),
    ),
  );
}
