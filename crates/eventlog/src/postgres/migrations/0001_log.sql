-- A log: its facts, its head, and what stands aside. {schema} is replaced by the quoted name of the schema.

-- One row a fact. `leaf` is the stored form, byte for byte what the leaf of the tree is hashed from; the other columns
-- repeat what it says, for whoever reads with SQL.
create table {schema}.events (
    position bigint primary key,
    stream text collate "C" not null,
    version bigint not null,
    id uuid not null unique,
    -- The hash of the request's idempotency key, and which of the request's facts this is: a key is spent once.
    key bytea not null,
    part smallint not null,
    recorded_at timestamptz not null,
    type text collate "C" not null,
    -- The server reads a check anew for every statement: there is one, and the functions see to the rest.
    leaf bytea not null check (octet_length(leaf) <= 60000),
    -- Which transaction wrote it. The facts of one stand next to each other. From one transaction to the next the numbers may
    -- fall: a transaction may be numbered long before its turn.
    xid xid8 not null default pg_current_xact_id(),
    unique (stream, version),
    unique (key, part)
);
comment on table {schema}.events is 'The log of thidua: written once, never changed.';

-- One row. Whoever locks it has the turn. `fence` rises when the outcome of a lost turn is settled: what was sent before
-- is then refused if it arrives after all. The free space lets it change in place.
create table {schema}.head (
    one boolean primary key default true check (one),
    position bigint not null,
    fence bigint not null
) with (fillfactor = 10);
insert into {schema}.head (position, fence) values (0, 0);

create table {schema}.aside (
    key bytea primary key check (octet_length(key) <= 128),
    value bytea not null check (octet_length(value) <= 7000)
);
comment on table {schema}.aside is 'What may have to be forgotten one day; no part of the log.';

-- For auditors: the facts as documents.
create view {schema}.facts as
    select position, stream, version, id, recorded_at, type, convert_from(leaf, 'UTF8')::jsonb as envelope
    from {schema}.events;

create function {schema}.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'facts are never changed or removed (% on %)', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
create trigger events_are_kept before update or delete or truncate on {schema}.events
    for each statement execute function {schema}.refuse();
create trigger the_head_is_kept before delete or truncate on {schema}.head
    for each statement execute function {schema}.refuse();
