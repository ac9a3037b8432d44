// Links from Markdown files of the repository to its own files and headings.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One line per link that leads nowhere; a bad link to API.md is the generator's, so that file is only a target. */
export function brokenLinks() {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file && file !== 'API.md' && existsSync(file));
  return files.flatMap((file) =>
    linksOf(readFileSync(file, 'utf8')).flatMap((link) => {
      const [target, heading] = link.split('#');
      const to = target ? path.join(path.dirname(file), decodeURIComponent(target)) : file;
      if (!existsSync(to)) {
        return [`${file}: ${link} does not exist. Fix: correct the link, or add the file.`];
      }
      return heading && to.endsWith('.md') && !headingsOf(readFileSync(to, 'utf8')).has(heading)
        ? [`${file}: ${to} has no heading '#${heading}'.`]
        : [];
    }),
  );
}

/** Relative targets of links and images, outside of code. */
function linksOf(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/i.test(link));
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
