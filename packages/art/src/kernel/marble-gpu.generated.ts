/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const marbleShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn splineIn_(nodes_0: i32, k_1: i32, fx_2: i32, fy_3: i32) -> i32 {
  var nodesAt_4: i32 = memory[(nodes_0) >> 2u];
  var left_5: i32 = ((((128) - (fx_2))) * (((128) - (fx_2))));
  var right_6: i32 = ((fx_2) * (fx_2));
  var middle_7: i32 = ((((32768) - (left_5))) - (right_6));
  var a_8: i32 = ((((((((left_5) * (memory[(((nodesAt_4) + (((k_1) << u32(2))))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (4))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (8))) >> 2u]))))) >> u32(12));
  var b_9: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (588))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (592))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (596))) >> 2u]))))) >> u32(12));
  var c_10: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1176))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1180))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1184))) >> 2u]))))) >> u32(12));
  var top_11: i32 = ((((((128) - (fy_3))) * (((128) - (fy_3))))) >> u32(3));
  var bottom_12: i32 = ((((fy_3) * (fy_3))) >> u32(3));
  return ((((((((top_11) * (a_8))) + (((((((4096) - (top_11))) - (bottom_12))) * (b_9))))) + (((bottom_12) * (c_10))))) >> u32(12));
}

fn fieldAt_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var nodes_3: i32 = field_0;
  var reachX_4: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_5: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_6: i32 = ((clamp_(x_1, ((0) - (reachX_4)), reachX_4)) + (9408));
  var v_7: i32 = ((clamp_(y_2, ((0) - (reachY_5)), reachY_5)) + (9408));
  return splineIn_(nodes_3, ((((((((((v_7) >> u32(7))) - (1))) * (147))) + (((u_6) >> u32(7))))) - (1)), ((u_6) & (127)), ((v_7) & (127)));
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
}

fn cloudsAt_(lattice_0: i32, u_1: i32, v_2: i32, c_3: i32) -> i32 {
  return ((fractal_(u_1, v_2, ((lattice_0) + (31)), 4)) + (((c_3) >> u32(1))));
}

fn equalise_(quantiles_0: i32, v_1: i32) -> i32 {
  var quantilesAt_2: i32 = memory[(quantiles_0) >> 2u];
  var low_3: i32 = 0;
  {
    var half_4: i32 = 32;
    loop {
      if (!(((half_4) > (0)))) { break; }
      low_3 = ((low_3) + (select(0, half_4, ((memory[(((quantilesAt_2) + (((((low_3) + (half_4))) << u32(2))))) >> 2u]) <= (v_1)))));
      continuing {
        half_4 = ((half_4) >> u32(1));
      }
    }
  }
  var share_5: i32 = ((((low_3) << u32(7))) + (((((((v_1) - (memory[(((quantilesAt_2) + (((low_3) << u32(2))))) >> 2u]))) << u32(7))) / (((memory[(((((quantilesAt_2) + (((low_3) << u32(2))))) + (4))) >> 2u]) - (memory[(((quantilesAt_2) + (((low_3) << u32(2))))) >> 2u]))))));
  return select(select(share_5, 8191, ((v_1) >= (memory[(((quantilesAt_2) + (256))) >> 2u]))), 0, ((v_1) <= (memory[(quantilesAt_2) >> 2u])));
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn ramp0_(out_0: ptr<function, array<i32, 3>>, palette_1: i32, t_2: i32) {
  var paletteAt_3: i32 = memory[(palette_1) >> 2u];
  var p_4: i32 = ((clamp_(t_2, 0, 8191)) * (4));
  var from_5: i32 = ((paletteAt_3) + (((((p_4) >> u32(13))) << u32(3))));
  var fromAt_6: i32 = memory[(from_5) >> 2u];
  var to_7: i32 = ((((paletteAt_3) + (((((p_4) >> u32(13))) << u32(3))))) + (8));
  var toAt_8: i32 = memory[(to_7) >> 2u];
  var f_9: i32 = ((p_4) & (8191));
  (*out_0)[0] = ((memory[(fromAt_6) >> 2u]) + (((((((memory[(toAt_8) >> 2u]) - (memory[(fromAt_6) >> 2u]))) * (f_9))) >> u32(13))));
  (*out_0)[1] = ((memory[(((fromAt_6) + (4))) >> 2u]) + (((((((memory[(((toAt_8) + (4))) >> 2u]) - (memory[(((fromAt_6) + (4))) >> 2u]))) * (f_9))) >> u32(13))));
  (*out_0)[2] = ((memory[(((fromAt_6) + (8))) >> 2u]) + (((((((memory[(((toAt_8) + (8))) >> 2u]) - (memory[(((fromAt_6) + (8))) >> 2u]))) * (f_9))) >> u32(13))));
}

fn triangle_(phase_0: i32) -> i32 {
  var p_1: i32 = ((phase_0) & (8191));
  return select(((((8192) - (p_1))) * (2)), ((p_1) * (2)), ((p_1) < (4096)));
}

fn veinAt_(distance_0: i32, width_1: i32) -> i32 {
  return select(((8192) - (((((distance_0) * (8192))) / (width_1)))), 0, ((distance_0) >= (width_1)));
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var colourAt_3: i32 = memory[(colour_1) >> 2u];
  var L_4: i32 = (*out_0)[0];
  var a_5: i32 = (*out_0)[1];
  var b_6: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_4) + (((((((memory[(colourAt_3) >> 2u]) - (L_4))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_5) + (((((((memory[(((colourAt_3) + (4))) >> 2u]) - (a_5))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_6) + (((((((memory[(((colourAt_3) + (8))) >> 2u]) - (b_6))) * (t_2))) >> u32(13))));
}

fn step_(a_0: i32, b_1: i32, x_2: i32) -> i32 {
  if (((a_0) == (b_1))) {
    return select(8192, 0, ((x_2) < (a_0)));
  }
  var t_3: i32 = clamp_(((((((x_2) - (a_0))) * (8192))) / (((b_1) - (a_0)))), 0, 8192);
  return mul_(mul_(t_3, t_3), ((24576) - (((2) * (t_3)))));
}

fn gleamAt_(x_0: i32, y_1: i32, seed_2: i32, polish_3: i32) -> i32 {
  var shine_4: i32 = clamp_(((((5200) - (((((x_0) + (y_1))) >> u32(1))))) - (((noise_(((x_0) >> u32(1)), ((y_1) >> u32(1)), seed_2)) >> u32(1)))), 0, 8192);
  return mul_(mul_(shine_4, shine_4), polish_3);
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn shadeMarble3_(s_0: i32, px_1: i32, py_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lattice_4: i32 = memory[(((s_0) + (16))) >> 2u];
  var rate_5: i32 = memory[(((s_0) + (52))) >> 2u];
  var palette_6: i32 = ((s_0) + (76));
  var paletteAt_7: i32 = memory[(palette_6) >> 2u];
  var gloss_8: i32 = memory[(((s_0) + (64))) >> 2u];
  var plate_9: i32 = s_0;
  var x_10: i32 = px_1;
  var y_11: i32 = py_2;
  if (((memory[(((s_0) + (92))) >> 2u]) != (0))) {
    var side_12: i32 = ((px_1) - (memory[(((s_0) + (72))) >> 2u]));
    if ((((side_12) > (i32(-46))) && ((side_12) < (46)))) {
      (*out_3)[0] = 900;
      (*out_3)[1] = 0;
      (*out_3)[2] = 6;
      return;
    }
    if (((side_12) >= (46))) {
      x_10 = ((px_1) - (700));
      y_11 = ((py_2) + (memory[(((s_0) + (68))) >> 2u]));
    }
  }
  var u_13: i32 = ((fieldAt_(((s_0) + (96)), x_10, y_11)) >> u32(3));
  var v_14: i32 = ((fieldAt_(((s_0) + (112)), x_10, y_11)) >> u32(2));
  var t_15: i32 = equalise_(((s_0) + (176)), cloudsAt_(lattice_4, u_13, v_14, ((fieldAt_(((s_0) + (128)), x_10, y_11)) >> u32(3))));
  var m_16: i32 = equalise_(((s_0) + (184)), fieldAt_(((s_0) + (144)), x_10, y_11));
  var fine_17: i32 = fractal_(((u_13) << u32(2)), ((v_14) << u32(2)), ((lattice_4) + (77)), 3);
  var cubed_18: i32 = mul_(t_15, mul_(t_15, t_15));
  ramp0_(out_3, palette_6, ((((mul_(cubed_18, ((1400) + (((memory[(((s_0) + (56))) >> 2u]) << u32(4)))))) + (((t_15) >> u32(4))))) + (((mul_(m_16, m_16)) >> u32(4)))));
  var p0_19: i32 = ((((((((v_14) * (rate_5))) >> u32(3))) + (((fine_17) >> u32(5))))) + (((fieldAt_(((s_0) + (160)), x_10, y_11)) >> u32(5))));
  var d1_20: i32 = triangle_(p0_19);
  var d2_21: i32 = triangle_(((((((((p0_19) * (5))) >> u32(1))) + (((u_13) >> u32(1))))) + (((fine_17) >> u32(3)))));
  var d3_22: i32 = triangle_(((((((((((u_13) * (9))) >> u32(3))) - (((((v_14) * (5))) >> u32(3))))) + (((fine_17) >> u32(4))))) + (((noise_(((u_13) << u32(1)), ((v_14) << u32(1)), ((lattice_4) + (8)))) >> u32(2)))));
  var halo_23: i32 = veinAt_(d1_20, ((mul_(m_16, 3600)) + (300)));
  var core_24: i32 = veinAt_(d1_20, ((mul_(mul_(m_16, m_16), memory[(((s_0) + (84))) >> 2u])) + (60)));
  var second_25: i32 = veinAt_(d2_21, mul_(m_16, ((340) + (memory[(((s_0) + (60))) >> 2u]))));
  var third_26: i32 = veinAt_(d3_22, mul_(mul_(m_16, t_15), ((160) + (memory[(((s_0) + (60))) >> 2u]))));
  blend0_(out_3, ((paletteAt_7) + (16)), mul_(mul_(halo_23, halo_23), mul_(m_16, 6200)));
  blend0_(out_3, ((paletteAt_7) + (24)), mul_(halo_23, mul_(mul_(m_16, m_16), 3500)));
  blend0_(out_3, ((paletteAt_7) + (32)), mul_(step_(0, 8192, core_24), ((1800) + (mul_(m_16, 5600)))));
  blend0_(out_3, ((paletteAt_7) + (24)), mul_(second_25, mul_(m_16, 6500)));
  blend0_(out_3, ((paletteAt_7) + (24)), mul_(third_26, 5200));
  if ((((memory[(((s_0) + (88))) >> 2u]) != (0)) && ((m_16) > (3000)))) {
    var line_27: i32 = veinAt_(d1_20, ((mul_(((m_16) - (3000)), 700)) + (50)));
    var leaf_28: i32 = mul_(step_(500, 3500, line_27), step_(3000, 4400, m_16));
    blend0_(out_3, 136, leaf_28);
    blend0_(out_3, 156, mul_(leaf_28, clamp_(((((noise_(((x_10) * (3)), ((y_11) * (9)), ((lattice_4) + (12)))) >> u32(1))) + (((line_27) >> u32(2)))), 0, 5000)));
  }
  (*out_3)[0] = (((((((*out_3)[0]) + (gleamAt_(x_10, y_11, ((lattice_4) + (40)), gloss_8)))) + (((fine_17) >> u32(7))))) + (((noise_(((x_10) * (20)), ((y_11) * (20)), lattice_4)) >> u32(8))));
  var rimmed_29: i32 = select(1, select(i32(-1), 0, onPlate_(plate_9, ((px_1) + (36)), ((py_2) + (36)))), onPlate_(plate_9, ((px_1) - (36)), ((py_2) - (36))));
  if ((((rimmed_29) != (0)) && !(((memory[(((s_0) + (12))) >> 2u]) != (0))))) {
    if (((rimmed_29) > (0))) {
      (*out_3)[0] = (((*out_3)[0]) + (150));
    } else {
      dim0_(out_3, 7492);
    }
  }
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn sheetShadow3_(plate_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  {
    var k_4: i32 = 0;
    loop {
      if (!(((k_4) < (6)))) { break; }
      var d_5: i32 = ((24) + (((k_4) * (24))));
      if (onPlate_(plate_0, ((x_1) - (d_5)), ((y_2) - (d_5)))) {
        dim0_(out_3, ((8192) - (((((6) - (k_4))) * (150)))));
        return;
      }
      continuing {
        k_4 = ((k_4) + (1));
      }
    }
  }
}

fn surroundMarble3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  sheetShadow3_(s_0, x_1, y_2, out_3);
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeMarble3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundMarble3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
