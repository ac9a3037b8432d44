/** ApplyGuardrail: lets everything pass unless the caller says otherwise, and records what it was shown. */

export type GuardrailFinding = 'NONE' | 'BLOCKED' | 'MASKED';

export interface Screening {
  readonly source: string;
  readonly text: string;
  readonly found: GuardrailFinding;
}

export class LocalGuardrail {
  public readonly screened: Screening[] = [];
  /** What the guardrail finds in a text. */
  public judge: (source: string, text: string) => GuardrailFinding = () => 'NONE';

  /** The answer in the form in which Step Functions hands it on. */
  public apply(source: string, text: string): unknown {
    const found = this.judge(source, text);
    this.screened.push({ source, text, found });
    if (found === 'NONE') return { Action: 'NONE', Assessments: [{}], Outputs: [] };
    return {
      Action: 'GUARDRAIL_INTERVENED',
      Outputs: [{ Text: found === 'MASKED' ? text.replace(/\S+@\S+/g, '{EMAIL}') : 'This was stopped.' }],
      Assessments: [
        found === 'MASKED'
          ? { SensitiveInformationPolicy: { PiiEntities: [{ Type: 'EMAIL', Match: 'a@b.c', Action: 'ANONYMIZED' }] } }
          : { ContentPolicy: { Filters: [{ Type: 'PROMPT_ATTACK', Confidence: 'HIGH', Action: 'BLOCKED' }] } },
      ],
    };
  }
}
