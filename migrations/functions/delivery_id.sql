-- The public id of a delivery (domain::ids::DeliveryId): a UUIDv7 made of the millisecond of publishing, the bulletin's number
-- (31 bits) and the group (31 bits), so that no row keeps it and it can be taken apart.
create or replace function delivery_id(published_at timestamptz, bulletin_no integer, group_id integer) returns uuid
    language sql immutable parallel safe as $$
    select (lpad(to_hex(floor(extract(epoch from published_at) * 1000)::bigint), 12, '0')
        || to_hex(28672 | (bulletin_no >> 19))
        || to_hex((-9223372036854775808)::bigint | ((bulletin_no & 524287)::bigint << 43) | (group_id::bigint << 12)))::uuid
$$;
