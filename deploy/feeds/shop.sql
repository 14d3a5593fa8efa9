-- A shop's tables, and what Debezium needs of PostgreSQL to publish their changes.
-- The server runs with wal_level=logical; the user of the connector may replicate.

create table orders (
    id         bigint generated always as identity primary key,
    customer   text           not null,
    status     text           not null default 'placed',
    total      numeric(12, 2) not null,
    details    jsonb          not null default '{}',
    placed_at  timestamptz    not null default now()
);

-- Each event has the whole row, before and after: without it an update lacks large columns that it does not change (TOAST),
-- and so does the create that follows a changed primary key.
alter table orders replica identity full;

create table lines (
    order_id   bigint not null references orders on delete cascade,
    no         int    not null,
    sku        text   not null,
    quantity   int    not null,
    primary key (order_id, no)
);
alter table lines replica identity full;

-- What happened, for sums and whoever wants to know: an event a row, written in the transaction that it tells of.
create table outbox (
    id             uuid primary key default gen_random_uuid(),
    aggregatetype  text  not null,
    aggregateid    text  not null,
    type           text  not null,
    payload        jsonb not null
);

-- Where an incremental snapshot is asked for:
--   insert into signals values ('1', 'execute-snapshot', '{"data-collections":["public.orders"],"type":"incremental"}');
create table signals (id text primary key, type text not null, data text);

create publication lantern for table orders, lines, outbox, signals;

create procedure place_order(customer text, total numeric, skus text[])
language plpgsql as $$
declare
    order_id bigint;
begin
    insert into orders (customer, total) values (customer, total) returning id into order_id;
    insert into lines (order_id, no, sku, quantity)
        select order_id, n, sku, 1 from unnest(skus) with ordinality as list(sku, n);
    insert into outbox (aggregatetype, aggregateid, type, payload)
        values ('order', order_id, 'OrderPlaced', jsonb_build_object('customer', customer, 'total', total));
end
$$;

create procedure pay_order(order_id bigint)
language sql as $$
    update orders set status = 'paid' where id = order_id;
    insert into outbox (aggregatetype, aggregateid, type, payload)
        select 'order', id, 'OrderPaid', jsonb_build_object('customer', customer, 'total', total)
        from orders where id = order_id;
$$;
