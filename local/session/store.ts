/** Sessions, in memory; with a data directory also one file per session, written completely and renamed into place. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../analysis/files/make-directory';
import { SessionEvents } from './events';
import type { SessionRecord } from './records';

export class SessionStore {
  private readonly records = new Map<string, SessionRecord>();
  private readonly events = new Map<string, SessionEvents>();
  private readonly directory: string | undefined;

  public constructor(dataDirectory: string | undefined) {
    if (dataDirectory === undefined) return;
    this.directory = path.join(dataDirectory, 'sessions');
    makeDirectory(this.directory, 0o700);
    const loaded = readdirSync(this.directory)
      .filter((name) => name.endsWith('.json'))
      .map(
        (name) =>
          JSON.parse(readFileSync(path.join(this.directory!, name), 'utf8')) as SessionRecord & { order: number },
      );
    for (const record of loaded.sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1))) {
      this.settle(record);
      this.add(record);
    }
  }

  public add(record: SessionRecord): void {
    this.records.set(record.id, record);
    this.events.set(record.id, new SessionEvents(record.id));
    this.save(record);
  }

  public get(id: string): SessionRecord | undefined {
    return this.records.get(id);
  }

  public eventsOf(id: string): SessionEvents {
    return this.events.get(id)!;
  }

  /** Oldest first. */
  public all(): SessionRecord[] {
    return [...this.records.values()];
  }

  public byEnvironment(environmentId: string): SessionRecord | undefined {
    return this.all().find((record) => record.environment.id === environmentId);
  }

  public save(record: SessionRecord): void {
    if (this.directory === undefined || !this.records.has(record.id)) return;
    const file = path.join(this.directory, `${record.id}.json`);
    const temporary = `${file}.tmp`;
    writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
    renameSync(temporary, file);
  }

  public remove(id: string): void {
    this.records.delete(id);
    this.events.get(id)?.end();
    this.events.delete(id);
    if (this.directory !== undefined) rmSync(path.join(this.directory, `${id}.json`), { force: true });
  }

  /** A turn that was running when the service stopped ends now: every turn has a definite end. */
  private settle(record: SessionRecord): void {
    const now = Math.floor(Date.now() / 1000);
    for (const turn of record.turns) {
      if (turn.status !== 'queued' && turn.status !== 'in_progress') continue;
      turn.status = 'failed';
      turn.completed_at = now;
      turn.error = { code: 'internal_error', message: 'The service was restarted during the turn.' };
      if (record.status === 'in_progress') record.status = 'idle';
    }
    const open = record.items.filter((item) => 'status' in item && item.status === 'in_progress');
    for (const item of open) (item as { status: string }).status = 'incomplete';
  }
}
