/** ApplyGuardrail: allows everything unless the caller sets a verdict, and records the texts. */

export type GuardrailFinding = 'NONE' | 'BLOCKED' | 'MASKED';

export interface Screening {
  readonly source: string;
  readonly text: string;
  readonly found: GuardrailFinding;
}

export class LocalGuardrail {
  public readonly screened: Screening[] = [];
  /** The verdict of the guardrail on a text. */
  public judge: (source: string, text: string) => GuardrailFinding = () => 'NONE';

  /** The response in the format of Step Functions. */
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
