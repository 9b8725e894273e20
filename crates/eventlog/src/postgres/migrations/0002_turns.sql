-- The turns. Everything is written by these functions, which run with the rights of their owner: a role that may read the
-- tables and call them cannot write anything else.
--
-- They are in plpgsql and volatile, for then each statement has a snapshot of its own: what is read after the lock is what
-- was there when it was got. One statement that locks and reads would silently miss the facts it had to wait for. For the
-- same reason the transaction must be READ COMMITTED.

-- Takes the turn: locks the head and tells what was written at or after `seen`, if that is at most `most` facts.
create function {schema}.take_turn(
    seen bigint, most bigint, out head_position bigint, out head_fence bigint, out missed bytea[]
) language plpgsql volatile security definer set search_path = pg_catalog, {schema}, pg_temp as $$
begin
    select h.position, h.fence into strict head_position, head_fence from head h where h.one for update;
    if head_position > seen and head_position - seen <= most then
        select array_agg(e.leaf order by e.position) into missed
            from events e where e.position >= seen and e.position < head_position;
    end if;
end $$;

-- Writes a group, and what goes aside with it, if the head stands at `seen` and nobody has settled a lost turn since: else
-- nothing. In a turn that was taken it ends what was taken; alone it is the whole turn in one statement, for whoever is
-- usually alone. Changing the head locks it; having waited for another's turn, it looks at the head again.
create function {schema}.commit_turn(
    seen bigint, known_fence bigint,
    s text[], v bigint[], i uuid[], k bytea[], n smallint[], r timestamptz[], t text[], l bytea[],
    aside_keys bytea[], aside_values bytea[],
    out head_position bigint, out head_fence bigint, out written boolean
) language plpgsql volatile security definer set search_path = pg_catalog, {schema}, pg_temp as $$
declare
    facts constant integer := cardinality(s);
begin
    update head h set position = seen + facts where h.one and h.position = seen and h.fence = known_fence
        returning h.position, h.fence into head_position, head_fence;
    written := found;
    if not written then
        select h.position, h.fence into strict head_position, head_fence from head h where h.one;
        return;
    end if;
    if facts = 1 then
        -- The general form begins by making a table of nine arrays; one row needs none.
        insert into events (position, stream, version, id, key, part, recorded_at, type, leaf)
            values (seen, s[1], v[1], i[1], k[1], n[1], r[1], t[1], l[1]);
    elsif facts > 1 then
        insert into events (position, stream, version, id, key, part, recorded_at, type, leaf)
            select seen + q.o - 1, q.s, q.v, q.i, q.k, q.n, q.r, q.t, q.l
            from unnest(s, v, i, k, n, r, t, l) with ordinality as q(s, v, i, k, n, r, t, l, o);
    end if;
    if facts > 0 then
        perform pg_notify({channel}, head_position::text);
    end if;
    if cardinality(aside_keys) > 0 then
        perform put_aside(aside_keys, aside_values);
    end if;
end $$;

-- Changes what stands aside: a key without a value is removed.
create function {schema}.put_aside(aside_keys bytea[], aside_values bytea[]) returns void
language plpgsql volatile set search_path = pg_catalog, {schema}, pg_temp as $$
begin
    delete from aside a where a.key = any(aside_keys);
    insert into aside (key, value)
        select q.key, q.value from unnest(aside_keys, aside_values) as q(key, value) where q.value is not null;
end $$;

-- Finds out what became of a group whose commit was not answered: how many of its facts are there. It waits for the turn,
-- so the group's own transaction is over; it raises the fence, so the group cannot arrive later; and it writes, so that its
-- own commit waits for the same standbys as the group's should have.
create function {schema}.settle_turn(ids uuid[], out there bigint, out head_position bigint, out head_fence bigint)
language plpgsql volatile security definer set search_path = pg_catalog, {schema}, pg_temp as $$
begin
    update head set fence = fence + 1 where one returning position, fence into strict head_position, head_fence;
    select count(*) into strict there from events e where e.id = any(ids);
end $$;

revoke all on function {schema}.take_turn, {schema}.commit_turn, {schema}.put_aside, {schema}.settle_turn from public;
