/** What this library reads and writes of a SARIF 2.1.0 log. Other members are passed on unchanged. */

export interface SarifLog {
  readonly $schema?: string;
  readonly version: '2.1.0';
  readonly runs: readonly SarifRun[];
}

export interface SarifRun {
  readonly tool: { readonly driver: { readonly name: string; readonly rules?: readonly SarifRule[] } };
  readonly results?: readonly SarifResult[];
}

export interface SarifRule {
  readonly id: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A result that passed check-sarif.ts. */
export interface SarifResult {
  readonly ruleId: string;
  readonly level?: 'error' | 'warning' | 'note' | 'none';
  readonly message: { readonly text: string };
  readonly locations: readonly SarifLocation[];
  readonly partialFingerprints?: Readonly<Record<string, string>>;
  readonly baselineState?: 'new' | 'unchanged' | 'updated' | 'absent';
  /** Never from the agent: the profile refuses them. */
  readonly suppressions?: readonly {
    readonly kind: 'external';
    readonly status: 'accepted';
    readonly justification: string;
  }[];
  readonly provenance?: { readonly firstDetectionTimeUtc: string };
}

export interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: { readonly startLine?: number; readonly snippet?: { readonly text?: string } };
  };
}
