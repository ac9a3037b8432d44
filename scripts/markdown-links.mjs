// Links from the repository to its own files and headings: relative links of Markdown files, and in any text file links to
// the repository on GitHub and pages that a comment or a message names, such as docs/network.md.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One line per link that leads nowhere. */
export function brokenLinks() {
  const files = filesOfRepository();
  const markdown = files.filter((file) => file.endsWith('.md'));
  const sources = files.filter(
    (file) => /\.(md|[cm]?[jt]s|json|ya?ml)$/.test(file) && !/^test\/|-lock\.json$/.test(file),
  );
  const problems = [
    ...markdown.flatMap((file) => {
      const inDirectory = (link) => (link.startsWith('#') ? `${file}${link}` : path.join(path.dirname(file), link));
      return linksOf(readFileSync(file, 'utf8')).flatMap((link) => problem(file, link, inDirectory(link)));
    }),
    ...sources.flatMap((file) => pagesNamedBy(readFileSync(file, 'utf8')).flatMap((page) => problem(file, page, page))),
  ];
  return [...new Set(problems)];
}

/**
 * One line per relative link of a packed Markdown file that leads nowhere. npm and Construct Hub resolve the links of the
 * README in the repository; those of every other file lead to a file of the package.
 *
 * @param packed files of the package, relative to the root of the repository.
 */
export function brokenPackedLinks(packed) {
  const repository = new Set(filesOfRepository());
  return packed
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      linksOf(readFileSync(file, 'utf8')).flatMap((link) => {
        const to = path.join(path.dirname(file), decodeURIComponent(link.split('#')[0]));
        const known = packed.includes(to) || link.startsWith('#') || (file === 'README.md' && repository.has(to));
        return known ? [] : [`${file}: ${link} is not in the package. Fix: link to the repository on GitHub.`];
      }),
    );
}

/** What git has or would add, and is there. */
function filesOfRepository() {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file && existsSync(file));
}

function problem(file, link, target) {
  const [to, heading] = decodeURIComponent(target).split('#');
  if (!existsSync(to)) return [`${file}: ${link} does not exist. Fix: correct the link, or add the file.`];
  return heading && to.endsWith('.md') && !headingsOf(readFileSync(to, 'utf8')).has(heading)
    ? [`${file}: ${to} has no heading '#${heading}'.`]
    : [];
}

/** Relative targets of links and images, outside of code. */
function linksOf(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/i.test(link));
}

/** Files of the repository that a text names by their whole path or by their address on GitHub. */
function pagesNamedBy(text) {
  const address = /cdk-bedrock-managed-agents\/blob\/main\/([\w./-]+(?:#[\w-]+)?)/g;
  const named = /(?<![\w./-])(docs\/[\w/-]+\.(?:md|json)(?:#[\w-]+)?)/g;
  return [address, named].flatMap((pattern) => [...text.matchAll(pattern)].map(([, page]) => page));
}

/** Headings as GitHub links them. */
function headingsOf(text) {
  const headings = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ +(.*)$/gm)];
  return new Set(
    headings.map(([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-'),
    ),
  );
}
