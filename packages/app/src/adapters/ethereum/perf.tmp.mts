import { openPglite } from "../store/pglite.ts";
import { migrate } from "@carrara/core/store/schema";
import { readPiece, readPieces, countPieces } from "@carrara/core/forge/state";
const store = await openPglite(null); await migrate(store);
const col="0x"+"c0".repeat(20);
await store.query("insert into collection values ($1,31337,true,'n','s','a','a','s','\\x00', '{\"mintsPerRound\":32,\"supplyCap\":1000,\"price\":\"0\"}',0)",[col]);
const N=Number(process.argv[2]);
await store.query(`insert into claim select lpad(to_hex(g),64,'0'), $1, g/64, 'r', 'aa', '\\x00','\\x00','\\x00','w', g*1000, 24 from generate_series(1,$2::int) g`,[col,N]);
await store.query(`insert into eth_event select g,0,'h',g*1000,'t'||g,$1,'RoundOpened',null,null,jsonb_build_object('round',g::text,'anchor','0xaa') from generate_series(0,$2::int/64) g`,[col,N]);
await store.query(`insert into eth_event select 100000+g,0,'h',g*1000,'t'||g,$1,'Transfer',lpad(to_hex(g*50),64,'0'),null,jsonb_build_object('to','0xme') from generate_series(1,1000) g`,[col]);
await store.query(`insert into eth_event select 100000+g,1,'h',g*1000,'t'||g,$1,'Forged',lpad(to_hex(g*50),64,'0'),null,jsonb_build_object('round',(g*50/64)::text,'recipient','0xme') from generate_series(1,1000) g`,[col]);
await store.query(`insert into listing select 'o'||g,$1,lpad(to_hex(g*50),64,'0'),'0xme',1,1,'{}','s','0',g,1e15 from generate_series(1,300) g`,[col]);
await store.query("analyze");
for (const [n,f] of Object.entries({piece:()=>readPiece(store,1,"0".repeat(60)+"0032"),pieces:()=>readPieces(store,1,{limit:60}),listed:()=>readPieces(store,1,{limit:60,state:"listed"}),count:()=>countPieces(store,1)})) { await f(); const t=performance.now(); for(let i=0;i<3;i++) await f(); console.log(n, Math.round((performance.now()-t)/3), "ms") }
