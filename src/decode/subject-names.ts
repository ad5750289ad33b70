/** Subjects met before: records of one task come by the thousand and share one object, whose names are compared and hashed once. */
import type { Subject } from '#contract';

/** Tasks known at a time; more than that begin anew. */
const keyLimit = 131_072;
/** Containers and other subjects of one task; what is beyond gets an object of its own. */
const subjectLimit = 16;

export class SubjectNames {
  readonly #known = new Map<string, Subject[]>();

  /** The subject of these names, empty ones left out; `key` is the name that tells most. The same object while it is known. */
  of(key: string, names: Subject): Subject {
    let all = this.#known.get(key);
    if (all === undefined) {
      if (this.#known.size >= keyLimit) this.#known.clear();
      all = [];
      this.#known.set(key, all);
    }
    for (const subject of all) if (isSame(subject, names)) return subject;
    const subject: Subject = {};
    for (const name in names) {
      const value = names[name as keyof Subject];
      if (value !== undefined && value !== '') subject[name as keyof Subject] = value;
    }
    if (all.length < subjectLimit) all.push(subject);
    return subject;
  }
}

function isSame(known: Subject, names: Subject): boolean {
  return (
    nameOf(known.task) === nameOf(names.task) &&
    nameOf(known.container) === nameOf(names.container) &&
    nameOf(known.service) === nameOf(names.service) &&
    nameOf(known.family) === nameOf(names.family) &&
    nameOf(known.revision) === nameOf(names.revision) &&
    nameOf(known.cluster) === nameOf(names.cluster) &&
    nameOf(known.account) === nameOf(names.account) &&
    nameOf(known.region) === nameOf(names.region) &&
    nameOf(known.namespace) === nameOf(names.namespace) &&
    nameOf(known.workload) === nameOf(names.workload) &&
    nameOf(known.pod) === nameOf(names.pod) &&
    nameOf(known.host) === nameOf(names.host) &&
    nameOf(known.networkInterface) === nameOf(names.networkInterface) &&
    nameOf(known.address) === nameOf(names.address) &&
    nameOf(known.principal) === nameOf(names.principal) &&
    nameOf(known.session) === nameOf(names.session) &&
    nameOf(known.name) === nameOf(names.name)
  );
}

function nameOf(name: string | undefined): string {
  return name ?? '';
}
