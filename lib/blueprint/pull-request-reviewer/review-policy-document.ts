import type { IConstruct } from 'constructs';
import type { ReviewPolicyDocument } from '../../contracts/review';
import { requireInput } from '../../validation/input-error';
import type { ReviewPolicy } from './review-policy';

/** Generated files that don't need a review. Generated code that runs isn't included. */
const GENERATED_FILES = [
  '**/package-lock.json',
  '**/npm-shrinkwrap.json',
  '**/yarn.lock',
  '**/pnpm-lock.yaml',
  '**/bun.lock',
  '**/composer.lock',
  '**/Gemfile.lock',
  '**/Pipfile.lock',
  '**/poetry.lock',
  '**/uv.lock',
  '**/Cargo.lock',
  '**/go.sum',
  '**/gradle.lockfile',
  '**/packages.lock.json',
  '**/*.min.js',
  '**/*.min.css',
  '**/*.js.map',
  '**/*.css.map',
  '**/*.snap',
];

const MAX_ENTRIES = 50;
/**
 * All variables of a function together have 4 KB. Source:
 * docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_CHARACTERS = 2_000;

/** @throws InputError for lists that are too long, and entries of another form */
export function reviewPolicyDocument(scope: IConstruct, policy: ReviewPolicy = {}): ReviewPolicyDocument {
  const { reviewDrafts = false, reviewBots = true, skippedAuthors = [], ignoredPaths = GENERATED_FILES } = policy;
  const check = (input: string, entries: readonly string[], form: RegExp, allowed: string) => {
    const wrong = entries.find((entry) => !form.test(entry));
    requireInput(entries.length <= MAX_ENTRIES && wrong === undefined, scope, {
      input: `policy.${input}`,
      value: wrong ?? `${entries.length} entries`,
      allowed: `at most ${MAX_ENTRIES} ${allowed}`,
      fix: 'name fewer of them, each as in the documentation of the property',
    });
  };
  check('skippedAuthors', skippedAuthors, /^[\x21-\x7e]{1,200}$/, 'logins or ARNs without spaces');
  check(
    'ignoredPaths',
    ignoredPaths,
    /^(?!\/)(?!.*\*\*[^/])[^\0\\]{1,200}$/,
    "patterns as in 'docs/**' or '**/*.snap'",
  );
  const document = { drafts: reviewDrafts, bots: reviewBots, skippedAuthors, ignoredPaths };
  const { length } = JSON.stringify(document);
  requireInput(length <= MAX_CHARACTERS, scope, {
    input: 'policy',
    value: `${length} characters`,
    allowed: `at most ${MAX_CHARACTERS} characters in all`,
    fix: 'use wider patterns in ignoredPaths, or fewer names in skippedAuthors',
  });
  return document;
}
