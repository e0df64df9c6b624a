import type {
  Bytes, FieldTimes, HashBody, HashValue, ListValue, ModuleValue, SetBody, SetValue, StreamValue, StringValue, Value, ValueType, ZsetBody, ZsetValue,
} from './value.ts';

/*
 * Values of a file that is looked at: type and expiry are here, the content is read when something asks for it, and is forgotten
 * again when other contents need the memory. Classes, because the accessors of a million values have to be shared; what a key
 * costs is told by `keyCost` in persistence/estimate.ts. Nothing sets what they hold: the server refuses to write.
 */

/** Where the content of a value stands, and what it takes. */
export interface Place {
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Bytes in the file. */
  readonly length: number;
  /** As the file numbers it. */
  readonly rdbType: number;
  /** Bytes of memory that the content takes, about. */
  readonly weight: number;
}

/** Reads contents. */
export interface Contents {
  /** The content of a value, from memory or from the file. Throws CommandError if it cannot be read. */
  of(value: Unread): Value;
}

/** A value that is not read yet, or was forgotten. */
export abstract class Unread implements Place {
  abstract readonly type: ValueType;
  expireAt: number | bigint;
  accessed: number;
  readonly offset: number;
  readonly length: number;
  readonly rdbType: number;
  readonly weight: number;
  private readonly contents: Contents;

  constructor(contents: Contents, { offset, length, rdbType, weight }: Place, expireAt: number | bigint) {
    this.expireAt = expireAt;
    this.accessed = 0;
    this.offset = offset;
    this.length = length;
    this.rdbType = rdbType;
    this.weight = weight;
    this.contents = contents;
  }

  /** Databases do not count it: it comes and goes. */
  get counted(): number {
    return 0;
  }

  set counted(_: number) {
    // As above.
  }

  /** True for a hash of which fields expire. */
  get fieldsExpire(): boolean {
    return false;
  }

  protected content<T extends Value['type']>(type: T): Extract<Value, { type: T }> {
    const value = this.contents.of(this);
    if (value.type !== type) throw new Error(`a ${type} turned out to be a ${value.type}`);
    return value as Extract<Value, { type: T }>;
  }
}

class UnreadString extends Unread implements StringValue {
  get type(): 'string' {
    return 'string';
  }

  get encoding(): StringValue['encoding'] {
    return this.content('string').encoding;
  }

  get data(): Bytes {
    return this.content('string').data;
  }
}

class UnreadList extends Unread implements ListValue {
  get type(): 'list' {
    return 'list';
  }

  get items(): ListValue['items'] {
    return this.content('list').items;
  }
}

class UnreadSet extends Unread implements SetValue {
  get type(): 'set' {
    return 'set';
  }

  get body(): SetBody {
    return this.content('set').body;
  }
}

class UnreadZset extends Unread implements ZsetValue {
  get type(): 'zset' {
    return 'zset';
  }

  get body(): ZsetBody {
    return this.content('zset').body;
  }
}

class UnreadHash extends Unread implements HashValue {
  get type(): 'hash' {
    return 'hash';
  }

  get body(): HashBody {
    return this.content('hash').body;
  }

  /** Every look at a key asks for these: where no field expires nothing is read for it. */
  get times(): FieldTimes | undefined {
    return undefined;
  }
}

class UnreadExpiringHash extends UnreadHash {
  override get fieldsExpire(): boolean {
    return true;
  }

  override get times(): FieldTimes | undefined {
    return this.content('hash').times;
  }
}

class UnreadStream extends Unread implements StreamValue {
  get type(): 'stream' {
    return 'stream';
  }

  get groups(): StreamValue['groups'] {
    return this.content('stream').groups;
  }

  get entries(): StreamValue['entries'] {
    return this.content('stream').entries;
  }

  get nodes(): StreamValue['nodes'] {
    return this.content('stream').nodes;
  }

  set nodes(nodes: StreamValue['nodes']) {
    this.content('stream').nodes = nodes;
  }

  get lastId(): StreamValue['lastId'] {
    return this.content('stream').lastId;
  }

  get maxDeletedId(): StreamValue['maxDeletedId'] {
    return this.content('stream').maxDeletedId;
  }

  get entriesAdded(): bigint {
    return this.content('stream').entriesAdded;
  }
}

class UnreadModule extends Unread implements ModuleValue {
  readonly module: string;

  constructor(contents: Contents, place: Place, expireAt: number | bigint, module: string) {
    super(contents, place, expireAt);
    this.module = module;
  }

  get type(): 'module' {
    return 'module';
  }

  get body(): Buffer {
    return this.content('module').body;
  }
}

/** What is known of a value without reading it. */
export type Kind = { readonly type: Exclude<ValueType, 'hash' | 'module'> } | { readonly type: 'hash'; readonly fieldsExpire: boolean } | { readonly type: 'module'; readonly module: string };

/** A value that `contents` reads when it is looked into. */
export function unreadValue(contents: Contents, kind: Kind, place: Place, expireAt: number | bigint): Value & Unread {
  switch (kind.type) {
    case 'string': return new UnreadString(contents, place, expireAt);
    case 'list': return new UnreadList(contents, place, expireAt);
    case 'set': return new UnreadSet(contents, place, expireAt);
    case 'zset': return new UnreadZset(contents, place, expireAt);
    case 'stream': return new UnreadStream(contents, place, expireAt);
    case 'hash': return kind.fieldsExpire ? new UnreadExpiringHash(contents, place, expireAt) : new UnreadHash(contents, place, expireAt);
    case 'module': return new UnreadModule(contents, place, expireAt, kind.module);
  }
}
