/**
 * The parts that staging adds to the prompt: the location of the source, the changes, and what the agent may do with
 * them.
 */
import { randomBytes } from 'node:crypto';
import { type ChangedFile, type PullRequestDocument, STAGED_FILES } from '../../../lib/contracts/review';
import { MAX_INLINE_BYTES, MAX_PART_CHARACTERS, type TextPart } from '../../../lib/contracts/turn';
import type { Change } from './pull-request-source';
import { fencedBlock, fencedText, joined, trusted } from '../starter/untrusted-text';

/** Most characters of one file name, escapes counted. */
const MAX_NAME = 400;

/** Space for the sentences around the names. */
const MAX_NAMES = MAX_PART_CHARACTERS - 3_000;

/** The prompt with the parts that staging adds. If all parts together are too long, file names are omitted. */
export function stagedPrompt(
  prompt: readonly TextPart[],
  pullRequest: PullRequestDocument,
  changes: Pick<Change, 'files' | 'leftOut'>,
  turnName: string,
): TextPart[] {
  const nonce = randomBytes(16).toString('hex');
  for (let most = MAX_NAMES; ; most = most < 100 ? 0 : most / 2) {
    const parts = [...prompt, ...addition(pullRequest, changes, turnName, nonce, most)];
    const bytes = Buffer.byteLength(JSON.stringify(parts.filter(({ text }) => text !== undefined)));
    if (bytes <= MAX_INLINE_BYTES || most === 0) return parts;
  }
}

function addition(
  pullRequest: PullRequestDocument,
  { files, leftOut }: Pick<Change, 'files' | 'leftOut'>,
  turnName: string,
  nonce: string,
  most: number,
): TextPart[] {
  const { lines, omitted } = fileLines(files, most);
  const sentences = [
    '\n',
    ...whereTheSourceIs(pullRequest, turnName),
    ...(pullRequest.execution === 'forbidden'
      ? [
          'The pull request comes from a fork: its source was written outside of the repository. Read it only. Do not run,',
          'build, install, test or import anything of it, and do not use its configuration.',
        ]
      : []),
    `It changes ${files.length} ${files.length === 1 ? 'file' : 'files'}.` +
      (omitted ? ` ${omitted} of them are not named here; the difference shows them.` : ''),
    ...(leftOut.length > 0
      ? [
          `${leftOut.length} more changed files are left out of reviews here, such as lock files. Report nothing about them.`,
        ]
      : []),
    '',
    '',
  ].join('\n');
  return joined([trusted(sentences), ...fencedBlock([...lines, ...leftOutLines(leftOut, most)], nonce)]);
}

/** Names of repositories come from the configuration and hashes from the host: none of them is text of the event. */
function whereTheSourceIs(pullRequest: PullRequestDocument, turnName: string): string[] {
  const { host, repository, sourceCommit, destinationCommit, mergeBase } = pullRequest;
  if (host === 'codecommit') {
    return [
      `Get the source with the tool clone_repository, name "${repository}", commit "${sourceCommit}".`,
      `What changed is: git diff ${mergeBase ?? destinationCommit} ${sourceCommit}`,
    ];
  }
  return [
    `Get the source with the tool fetch_staged, turn "${turnName}".`,
    `${STAGED_FILES.source} is the repository at commit ${sourceCommit}, ${STAGED_FILES.diff} is what changed.`,
  ];
}

/** The first names, as many as fit: the agent can find the others in the list of reviewed files. */
function leftOutLines(leftOut: readonly string[], most: number): string[] {
  return leftOut.slice(0, Math.min(20, Math.floor(most / (10 * MAX_NAME)))).map((file, index) => {
    const { json, cut } = fencedText(file, MAX_NAME);
    return `left_out.${index} = ${json}${cut ? ' (cut)' : ''}`;
  });
}

function fileLines(files: readonly ChangedFile[], most: number): { lines: string[]; omitted: number } {
  const lines: string[] = [];
  let length = 0;
  for (const [index, { file, status, binary, addedLines, removedLines }] of files.entries()) {
    const { json, cut } = fencedText(file, MAX_NAME);
    const line = `file.${index} = ${json}${cut ? ' (cut)' : ''} (${status}, ${binary ? 'not text' : `+${addedLines} -${removedLines}`})`;
    if (length + line.length + 1 > most) return { lines, omitted: files.length - index };
    length += line.length + 1;
    lines.push(line);
  }
  return { lines, omitted: 0 };
}
