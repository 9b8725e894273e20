-- The database of a log and its two roles, as postgres on whichever server takes writes; what is there already is left alone.
--
--   OWNER_PASSWORD=… NODE_PASSWORD=… psql --file deploy/database/create.sql
--
-- The passwords come from the environment, so that they stand in no command line. The owner makes and changes the tables
-- (`thidua store migrate`) and is used for nothing else. The nodes' role may read, and write through functions that only add.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv node_password NODE_PASSWORD
select format('create role thidua_owner login password %L connection limit 4', :'owner_password')
    where not exists (select from pg_roles where rolname = 'thidua_owner') \gexec
select format('create role thidua login password %L connection limit 80', :'node_password')
    where not exists (select from pg_roles where rolname = 'thidua') \gexec
select 'create database thidua owner thidua_owner encoding ''UTF8'' locale ''C.UTF-8'' template template0'
    where not exists (select from pg_database where datname = 'thidua') \gexec
revoke all on database thidua from public;
grant connect on database thidua to thidua;
