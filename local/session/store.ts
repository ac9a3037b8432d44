/** Sessions, in memory; with a data directory also one file per session, written completely and renamed into place. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../analysis/files/make-directory';
import { OptionError } from '../options';
import { SessionEvents } from './events';
import type { SessionRecord } from './records';

export class SessionStore {
  private readonly records = new Map<string, SessionRecord>();
  private readonly events = new Map<string, SessionEvents>();
  private readonly directory: string | undefined;

  /** @param onProblem called when the progress of a session can't be written */
  public constructor(
    dataDirectory: string | undefined,
    private readonly onProblem: (problem: string) => void = () => undefined,
  ) {
    if (dataDirectory === undefined) return;
    this.directory = path.join(dataDirectory, 'sessions');
    for (const record of readSessions(this.directory)) {
      this.settle(record);
      this.add(record);
    }
  }

  /** @throws Error of the file system; the session doesn't exist then */
  public add(record: SessionRecord): void {
    this.write(record);
    this.records.set(record.id, record);
    this.events.set(record.id, new SessionEvents(record.id));
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

  /** Before something is promised to a client. @throws Error of the file system */
  public save(record: SessionRecord): void {
    if (this.records.has(record.id)) this.write(record);
  }

  /** Progress of a turn, which goes on if it can't be written. */
  public saveProgress(record: SessionRecord): void {
    try {
      this.save(record);
    } catch (error) {
      this.onProblem(
        `Session ${record.id} can't be written: ${(error as Error).message}. What it did since then is lost when the service ends.`,
      );
    }
  }

  private write(record: SessionRecord): void {
    if (this.directory === undefined) return;
    const file = path.join(this.directory, `${record.id}.json`);
    const temporary = `${file}.tmp`;
    try {
      writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
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

/** Oldest first. @throws OptionError that names the file that is none of a session */
function readSessions(directory: string): SessionRecord[] {
  let names: string[];
  try {
    makeDirectory(directory, 0o700);
    names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch (error) {
    throw new OptionError(`${directory} can't be used: ${(error as Error).message}. Fix: give another --data-dir.`);
  }
  return names
    .map((name) => readSession(path.join(directory, name)))
    .sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
}

function readSession(file: string): SessionRecord {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<SessionRecord> | null;
    const isSession =
      `${record?.id}.json` === path.basename(file) &&
      typeof record?.created_at === 'number' &&
      typeof record.environment?.id === 'string' &&
      [record.turns, record.items].every(Array.isArray);
    if (!isSession) throw new Error('it is no session of bma-local');
    return record as SessionRecord;
  } catch (error) {
    throw new OptionError(
      `${file} can't be read: ${(error as Error).message}. Fix: move the file away, or give another --data-dir.`,
    );
  }
}
