/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const washShader = `
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

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn fieldOfWash_(s_0: i32, n_1: i32) -> i32 {
  return select(select(select(((s_0) + (116)), ((s_0) + (100)), ((n_1) == (2))), ((s_0) + (84)), ((n_1) == (1))), ((s_0) + (68)), ((n_1) == (0)));
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

fn step_(a_0: i32, b_1: i32, x_2: i32) -> i32 {
  if (((a_0) == (b_1))) {
    return select(8192, 0, ((x_2) < (a_0)));
  }
  var t_3: i32 = clamp_(((((((x_2) - (a_0))) * (8192))) / (((b_1) - (a_0)))), 0, 8192);
  return mul_(mul_(t_3, t_3), ((24576) - (((2) * (t_3)))));
}

fn latticeHash_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return finish_(((((((x_0) * (668265261))) ^ (((y_1) * (374761393))))) ^ (((((seed_2) + (1))) * (i32(-1640531535))))));
}

fn shadeWash3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lattice_4: i32 = memory[(((s_0) + (12))) >> 2u];
  var slow_5: i32 = ((noise_(x_1, y_2, ((lattice_4) + (55)))) + (((noise_(((x_1) << u32(1)), ((y_2) << u32(1)), ((lattice_4) + (56)))) >> u32(1))));
  var tooth_6: i32 = noise_(((x_1) * (23)), ((y_2) * (23)), ((lattice_4) + (51)));
  var grains_7: i32 = noise_(((((x_1) * (9))) + (((slow_5) << u32(1)))), ((y_2) * (9)), ((lattice_4) + (50)));
  var frayed_8: i32 = ((((noise_(((x_1) << u32(4)), ((y_2) << u32(4)), ((lattice_4) + (60)))) >> u32(1))) + (((noise_(((x_1) << u32(5)), ((y_2) << u32(5)), ((lattice_4) + (61)))) >> u32(2))));
  var fray_9: i32 = mul_(frayed_8, ((memory[(((s_0) + (64))) >> 2u]) << u32(4)));
  var grain_10: i32 = mul_(((((grains_7) >> u32(1))) + (tooth_6)), ((memory[(((s_0) + (140))) >> 2u]) << u32(2)));
  var r_11: i32 = 0;
  var gr_12: i32 = 0;
  var b_13: i32 = 0;
  {
    var k_14: i32 = 0;
    loop {
      if (!(((k_14) < (memory[(((s_0) + (136))) >> 2u])))) { break; }
      var layer_15: i32 = ((memory[(((s_0) + (132))) >> 2u]) + (((k_14) * (36))));
      var v_16: i32 = fieldAt_(fieldOfWash_(s_0, memory[(layer_15) >> 2u]), x_1, y_2);
      var share_17: i32 = equalise_(((layer_15) + (4)), ((v_16) + (fray_9)));
      var d_18: i32 = ((share_17) - (((8192) - (memory[(((layer_15) + (12))) >> 2u]))));
      var soft_19: i32 = 36;
      if (((memory[(((layer_15) + (16))) >> 2u]) > (0))) {
        soft_19 = ((soft_19) + (mul_(step_(i32(-1200), 5200, noise_(x_1, y_2, memory[(((layer_15) + (20))) >> 2u])), memory[(((layer_15) + (16))) >> 2u])));
      }
      if (((d_18) < (((0) - (soft_19))))) {
        continue;
      }
      var body_20: i32 = step_(((0) - (soft_19)), select(36, soft_19, ((soft_19) > (200))), d_18);
      var amount_21: i32 = ((((1700) + (((memory[(((s_0) + (144))) >> 2u]) << u32(4))))) + (((slow_5) >> u32(1))));
      amount_21 = ((amount_21) - (mul_(((((clamp_(d_18, 0, 8192)) * (8192))) / (((memory[(((layer_15) + (12))) >> 2u]) + (1)))), ((memory[(((s_0) + (148))) >> 2u]) << u32(4)))));
      if (((soft_19) < (300))) {
        var away_22: i32 = select(d_18, ((0) - (d_18)), ((d_18) < (0)));
        var line_23: i32 = ((8192) - (clamp_(((away_22) * (20)), 0, 8192)));
        var pool_24: i32 = ((8192) - (clamp_(((away_22) * (4)), 0, 8192)));
        amount_21 = ((amount_21) + (mul_(((mul_(mul_(line_23, line_23), 3200)) + (mul_(pool_24, 1200))), ((memory[(((s_0) + (152))) >> 2u]) << u32(6)))));
      }
      var w_25: i32 = mul_(body_20, clamp_(((((amount_21) + (mul_(amount_21, grain_10)))) + (((grain_10) >> u32(2)))), 300, 12000));
      r_11 = ((r_11) + (mul_(memory[(((layer_15) + (24))) >> 2u], w_25)));
      gr_12 = ((gr_12) + (mul_(memory[(((layer_15) + (28))) >> 2u], w_25)));
      b_13 = ((b_13) + (mul_(memory[(((layer_15) + (32))) >> 2u], w_25)));
      continuing {
        k_14 = ((k_14) + (1));
      }
    }
  }
  if (((memory[(((s_0) + (164))) >> 2u]) > (0))) {
    var dx_26: i32 = ((((((x_1) - (memory[(((s_0) + (156))) >> 2u]))) + (((slow_5) >> u32(6))))) + (((fray_9) >> u32(3))));
    var dy_27: i32 = ((((y_2) - (memory[(((s_0) + (160))) >> 2u]))) + (((noise_(((x_1) * (3)), ((y_2) * (3)), ((lattice_4) + (70)))) >> u32(6))));
    var reach_28: i32 = ((memory[(((s_0) + (164))) >> 2u]) + (40));
    if ((((((dx_26) < (reach_28)) && ((dx_26) > (((0) - (reach_28))))) && ((dy_27) < (reach_28))) && ((dy_27) > (((0) - (reach_28)))))) {
      var far_29: i32 = ((((((((dx_26) * (dx_26))) + (((dy_27) * (dy_27))))) * (4))) / (memory[(((s_0) + (164))) >> 2u]));
      var body_30: i32 = step_(((((memory[(((s_0) + (164))) >> 2u]) << u32(2))) + (130)), ((((memory[(((s_0) + (164))) >> 2u]) << u32(2))) - (130)), far_29);
      var pool_31: i32 = clamp_(((8192) - (((max(((far_29) - (((memory[(((s_0) + (164))) >> 2u]) << u32(2)))), ((0) - (((far_29) - (((memory[(((s_0) + (164))) >> 2u]) << u32(2)))))))) * (7)))), 0, 8192);
      var w_32: i32 = mul_(body_30, clamp_(((((((5600) + (((slow_5) >> u32(1))))) + (grain_10))) + (mul_(pool_31, 1800))), 300, 12000));
      r_11 = ((r_11) + (mul_(memory[(memory[(((s_0) + (168))) >> 2u]) >> 2u], w_32)));
      gr_12 = ((gr_12) + (mul_(memory[(((memory[(((s_0) + (168))) >> 2u]) + (4))) >> 2u], w_32)));
      b_13 = ((b_13) + (mul_(memory[(((memory[(((s_0) + (168))) >> 2u]) + (8))) >> 2u], w_32)));
    }
  }
  if (((memory[(((s_0) + (176))) >> 2u]) > (0))) {
    var h_33: i32 = latticeHash_(((x_1) >> u32(9)), ((y_2) >> u32(9)), ((lattice_4) + (80)));
    if ((((((h_33) & (255))) < (memory[(((s_0) + (176))) >> 2u])) && ((noise_(x_1, y_2, ((lattice_4) + (81)))) > (1200)))) {
      var size_34: i32 = ((((14) + (((bitcast<i32>(bitcast<u32>(h_33) >> u32(8))) & (31))))) + (((((bitcast<i32>(bitcast<u32>(h_33) >> u32(13))) & (3))) * (((bitcast<i32>(bitcast<u32>(h_33) >> u32(15))) & (15))))));
      var dx_35: i32 = ((((((x_1) & (511))) - (128))) - (((bitcast<i32>(bitcast<u32>(h_33) >> u32(16))) & (255))));
      var dy_36: i32 = ((((((y_2) & (511))) - (128))) - (((bitcast<i32>(bitcast<u32>(h_33) >> u32(24))) & (255))));
      var far_37: i32 = ((((dx_35) * (dx_35))) + (((dy_36) * (dy_36))));
      if (((far_37) < (((size_34) * (size_34))))) {
        var w_38: i32 = ((((3000) + (((bitcast<i32>(bitcast<u32>(h_33) >> u32(20))) & (4095))))) + (((grain_10) >> u32(1))));
        var layer_39: i32 = ((((memory[(((s_0) + (132))) >> 2u]) + (((memory[(((s_0) + (136))) >> 2u]) * (36))))) + (i32(-36)));
        r_11 = ((r_11) + (mul_(memory[(((layer_39) + (24))) >> 2u], w_38)));
        gr_12 = ((gr_12) + (mul_(memory[(((layer_39) + (28))) >> 2u], w_38)));
        b_13 = ((b_13) + (mul_(memory[(((layer_39) + (32))) >> 2u], w_38)));
      }
    }
  }
  var paper_40: i32 = ((((noise_(((x_1) * (50)), ((y_2) * (50)), ((lattice_4) + (2)))) >> u32(9))) + (((tooth_6) >> u32(10))));
  (*out_3)[0] = ((((memory[(memory[(((s_0) + (180))) >> 2u]) >> 2u]) * (memory[(((144) + (((clamp_(((r_11) + (paper_40)), 0, 4096)) << u32(2))))) >> 2u]))) >> u32(14));
  (*out_3)[1] = ((((memory[(((memory[(((s_0) + (180))) >> 2u]) + (4))) >> 2u]) * (memory[(((144) + (((clamp_(((gr_12) + (paper_40)), 0, 4096)) << u32(2))))) >> 2u]))) >> u32(14));
  (*out_3)[2] = ((((memory[(((memory[(((s_0) + (180))) >> 2u]) + (8))) >> 2u]) * (memory[(((144) + (((clamp_(((b_13) + (paper_40)), 0, 4096)) << u32(2))))) >> 2u]))) >> u32(14));
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
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

fn surroundWash3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
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
    shadeWash3_(finish_7, x_8, y_9, out_4);
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
    surroundWash3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
