/** The agent's final answer: one JSON document. Strict: members that aren't in this schema are refused. */
import * as z from 'zod/v4-mini';
import { REVIEW_FORMAT } from '../../../lib/contracts/review';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

const REVIEW = z.strictObject({
  format: z.literal(REVIEW_FORMAT),
  summary: text(4_000),
  findings: z
    .array(
      z.strictObject({
        file: text(1_000),
        /** Of the new version, from 1. */
        line: z.int().check(z.minimum(1), z.maximum(10_000_000)),
        severity: z.enum(SEVERITIES),
        message: text(2_000),
        suggestion: z.optional(text(4_000)),
      }),
    )
    .check(z.maxLength(100)),
});

export type Review = z.infer<typeof REVIEW>;
export type Finding = Review['findings'][number];

/** A review, or its problem: only location and kind, never content. */
export function readReview(answer: unknown): { readonly review: Review } | { readonly wrong: string } {
  const parsed = REVIEW.safeParse(answer);
  if (parsed.success) return { review: parsed.data };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.filter((part) => KNOWN.test(String(part))).join('.') || 'the document'}: ${code}`);
  return { wrong: issues.join('; ') };
}

/** Members of the format, and positions: the agent wrote anything else in a path. */
const KNOWN = /^(format|summary|findings|file|line|severity|message|suggestion|\d{1,3})$/;
